"""What the company decides: settings with the defaults of the requirements, changed by people, never by a release.

Words: a *setting* has a declared name, type, default and source; a changed one is a row with who and when.
"""
