"""What both shells call: a day planned, its rest planned anew, variants compared.

Files, pages and the terminal are left to others; the search is in ``solver``.
"""
