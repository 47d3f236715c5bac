"""A whole scenario: read, checked, with warnings, edited and written back.

Single tables are read in ``tables``, plans are written in ``plan``.
"""
