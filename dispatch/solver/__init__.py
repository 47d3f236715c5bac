"""Scenario -> plan, by native-split search on OR-Tools and numba, with a proof.

The rules of a valid plan are in `check`, which shares nothing with this package.
"""
