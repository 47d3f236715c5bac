"""The dashboard: its server, what all pages share, pages, phone pages, components.

Nothing is computed here that the terminal could not call too.
"""
