"""How orders come in from outside: files with a mapping now, platforms through adapters later.

It refuses to decide anything: it translates what came into the ordinary actions and reports every line.
"""
