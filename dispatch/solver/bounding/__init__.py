"""The proven bound: a radial program, then one over trips that pricing adds.

It knows no plan and no state of the search; docs/SOLVER.md has the proofs.
"""
