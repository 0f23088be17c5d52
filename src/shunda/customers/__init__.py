"""Who buys: customers as their business licence names them, with addresses, contacts, terms, class and owner.

It refuses to know their orders, prices and debts; those point at the customer from above.
"""
