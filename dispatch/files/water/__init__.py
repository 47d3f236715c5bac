"""The tables of the township's water, read into the network and written back.

What the figures mean for fields and canals is computed elsewhere.
"""
