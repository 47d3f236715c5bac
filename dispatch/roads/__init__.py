"""The road engine: which truck may drive where and when, paths, seconds and metres.

It works on networks as columns; tables and maps of roads are written elsewhere.
"""
