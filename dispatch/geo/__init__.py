"""Positions on the earth: datums, distances, areas, and positions as people write them.

Roads and what drives on them are in ``roads``.
"""
