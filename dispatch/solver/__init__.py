"""The search for plans, and the proof of how good they are.

The search works on arrays; what a day under way or a variant is, is told elsewhere.
"""
