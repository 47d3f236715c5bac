"""The hours of the water: turns on canals, supply slots, duty, doorstep rounds.

Whole days of water and their cubic metres are planned beside this package.
"""
