"""The rules of a valid plan, recomputed by a checker that never sees the solver.

What nobody can change any more is kept apart here; how plans are mended is not.
"""
