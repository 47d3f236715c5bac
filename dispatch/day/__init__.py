"""The daily loop: days opened, planned, published, reported and closed, step by step.

What shells and phones call; rows are in ``store``, rules in ``operations``.
"""
