"""A plan on paper and in files: JSON, workbook, sheets, tracks, links.

Nothing is computed here that a plan does not hold; maps are drawn elsewhere.
"""
