"""One cell as people write it: numbers, clocks, moments, yes and no, formulas.

Which cell belongs to which column is found in ``tables``.
"""
