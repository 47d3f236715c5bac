"""Tables as offices keep them, from raw cells over named columns to checked rows.

What the rows mean together is told in ``scenario`` and ``roads``.
"""
