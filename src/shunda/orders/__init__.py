"""Sales orders: lines, checks, reviews, holds, confirmation, cancellation, completion, archive.

Words: people decide an order's *status*; its *stage* (to ship, partly shipped, signed ...) is derived from quantities
and money; a *review* is one department's approval; a *hold* stops one kind of next step.
It refuses to know shipments and invoices: they raise what is shipped, signed, invoiced and paid on its lines.
"""
