"""Tables as offices keep them, from raw cells over named columns to checked rows.

What the rows mean together is in ``scenario`` and ``roads``.
"""
