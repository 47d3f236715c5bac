"""Road networks, limits, areas and background maps in files.

Paths over them are searched in the road engine, outside this package.
"""
