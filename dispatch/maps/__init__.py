"""Maps of plans and networks as HTML of their own, with Folium and Leaflet.

They open without a server; what people click or draw on is a part of the pages.
"""
