"""Documents as PDF: fonts, codes and the renderer that every folder's documents use.

A document is a typst template beside the folder's code and a list of plain data, already formatted and translated.
The kit knows no capability. ``kit.typ`` holds what all documents share: page, letterhead, tables, totals, signatures.
"""
