"""The rules of a valid plan, recomputed by a checker that never sees the solver.

Broken rules of what is done already are kept apart; plans are mended in ``planning``.
"""
