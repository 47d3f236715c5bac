"""The road engine: which truck may drive where and when, its ways, seconds and metres.

It works on networks as columns; tables and maps of roads are written elsewhere.
"""
