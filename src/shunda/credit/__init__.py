"""How much a customer may owe: limits, and a ledger of what is ordered, shipped and invoiced but not yet paid.

Words: *exposure* is the sum of three buckets (ordered, shipped, invoiced); every amount is in exactly one of them and
moves on with confirmation, shipment, invoice and payment, in the transaction that does those.
Only terms on credit use it; prepaid and cash-on-delivery orders are never held here.
"""
