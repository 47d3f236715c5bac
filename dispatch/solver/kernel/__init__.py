"""
The compiled search: arrays and loops only, no objects.

Functions are compiled by numba, but for those that make or resize arrays. ``Instance``
never changes during a run; ``State`` is one search thread's solution and scratch space.
"""
