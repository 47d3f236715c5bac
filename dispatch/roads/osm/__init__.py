"""OpenStreetMap extracts, read as road networks and background maps.

What trucks may do on a road is decided in the room around this one.
"""
