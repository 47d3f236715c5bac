"""Pages for phones of drivers, volunteers and villages, and what phones send.

They need little network: the plain pages have no script, that of a link keeps reports
until they are taken. What is kept goes through ``day``; nothing is planned here.
"""
