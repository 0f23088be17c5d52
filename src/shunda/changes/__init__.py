"""Changes of confirmed orders: asked for, weighed, authorised, applied whole or not at all, and kept as revisions.

Its words: a *change* is a document that says how a confirmed order shall be different (also: closed short, cancelled,
or a product reconfigured); its *impact* is what following it does to stock, production, price, credit, dates, clocks,
shipments and invoices, found by really doing it and undoing it; a *voice* is one person's decision a change needs; a
*revision* is the order as it stood after a change. It stands above shipping and billing, because a change moves both in
one transaction; they know nothing of it.
"""
