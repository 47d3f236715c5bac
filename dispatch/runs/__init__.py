"""Planning runs in the background: asked for, taken in turn, followed, kept.

How a day is planned is in ``planning``; pages only ask and look.
"""
