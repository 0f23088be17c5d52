"""The customer's own door to one order: a signed link, what he may see of it, and what he may ask for.

Its words: a *link* is an address nobody can guess, for one order, that ends by itself and can be revoked; a *wish* is
what the customer asks for behind it. In the free window he cancels by himself, by the same code as everybody; after it
he asks, and whoever the order belongs to answers. It refuses to know accounts of customers: who holds the link is the
customer.
"""
