"""What is where, and who was promised it: warehouses, stock ledger, demand, supply, reservations.

Words: *on hand* lies in the warehouse; *locked* (reserved) of it is promised; *available* is the rest; *in transit* is
on its way in. A *demand* is somebody's wish for so much of a SKU by a date; a *supply* is stock announced.
It refuses to know what an order is: it keeps demands, and whoever wants something points at one.
"""
