"""Maps of plans and networks as whole pages of HTML, with Folium and Leaflet.

They open without a server; what people click or draw on is a part of the pages.
"""
