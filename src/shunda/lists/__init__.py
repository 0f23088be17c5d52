"""What people keep of lists: views (filters under a name), columns and density, and files taken out of them.

Its words: a *view* is the query of one page under a name, its owner's or everybody's; a *layout* is how one person
likes one page; an *export* is a file of exactly what a list showed, for whoever asked for it. It refuses to know what
is listed: pages declare a ``web.tables.Table``, and this folder finds it by its name.
"""
