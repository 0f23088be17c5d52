"""The kernel: machine, batch, refusal, event, once, money, sequence, calendar, search.

Everything a capability needs to write safely, and nothing that knows what a capability is.
Words: a *move* is a named status change; an *action* is a public write over a batch of rows; a *refusal* is a
reason given as data; an *event* is the record that something happened.
"""
