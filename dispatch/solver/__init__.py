"""The search for plans, and the proof of how good they are.

The search works on arrays; days under way and variants are defined elsewhere.
"""
