"""One module per page of the dashboard, and the panels and forms that they share.

Not called ``pages``: Streamlit takes a folder of that name beside its main script
for pages of its own. What pages show is computed elsewhere.
"""
