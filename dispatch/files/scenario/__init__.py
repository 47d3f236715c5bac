"""A whole scenario: read, checked, doubted, edited and written back.

Single tables are read in ``tables``, plans are written in ``plan``.
"""
