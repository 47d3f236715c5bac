"""The rules of turns, supply slots, duty and doorstep rounds, by the hour.

They are recomputed from what was asked for and what was planned, without the solver.
"""
