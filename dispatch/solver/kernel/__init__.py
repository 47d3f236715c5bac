"""
The compiled search: arrays and loops only, no objects.

Every function here is compiled by numba. ``Instance`` never changes during a run;
``State`` is one search thread's solution and scratch space.
"""
