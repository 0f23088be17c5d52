"""Getting goods to the customer: shipments, picking, packing, shipping, receipts, and undoing a wrong shipment.

Words: a *shipment* is what leaves one warehouse for one order at once; a *receipt* is the signature at the door.
It refuses to know money: it raises what is shipped and signed on the order's lines.
"""
