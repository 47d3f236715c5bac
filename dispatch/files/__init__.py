"""The border: what people write, read into the domain, and plans written for people.

Nothing is planned, checked against rules, or shown on a page here.
"""
