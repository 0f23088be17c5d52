"""Files people attach: kept once by content, in the database, so that a backup has them and every host sees them.

It refuses to know what a file is attached to; the folders above point at theirs.
"""
