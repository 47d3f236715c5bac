"""Positions, roads and travel times.

Reading files of roads is in `files`; drawing them in `web`.
"""
