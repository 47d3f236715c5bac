"""Parts of pages with scripts of their own.

Maps that are only looked at are in ``maps``.
"""
