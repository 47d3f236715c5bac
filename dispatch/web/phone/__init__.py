"""Pages for phones of drivers and volunteers, with no script and little network.

They show what a run left; nothing is planned or kept here.
"""
