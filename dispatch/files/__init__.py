"""The border: what people write, read into the domain, and plans written for people.

Nothing is planned or shown on a page here; rules of plans are in ``check``.
"""
