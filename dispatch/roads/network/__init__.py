"""A road network as a graph: parts, chains, links, and the fastest paths over them.

What each class of trucks may use, and how fast, is decided in the room around.
"""
