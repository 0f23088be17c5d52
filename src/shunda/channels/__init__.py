"""How orders come in from outside: files with a mapping now, platforms through adapters later.

Words: a *mapping* says which column means what and what to do in doubt; a *run* is one file on its way in; its lines
are *staged* as they were written, checked together, and *booked* invoice by invoice: an invoice becomes an order or a
return record whole, or it is *reported* with the reason. It refuses to decide anything about orders: it translates
what came into the ordinary actions.
"""
