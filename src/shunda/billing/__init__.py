"""Money for orders: payments and what they pay, VAT invoices, credit notes, settlements.

Words: an *allocation* says which order (and invoice) a payment pays; a *settlement* states what a signed delivery
costs and what is still owed. It invoices what is shipped and not yet invoiced, and refuses to know parcels.
"""
