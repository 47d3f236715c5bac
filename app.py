"""The dashboard: ``streamlit run app.py``, or any ASGI server on ``app:app``."""

import streamlit as st

from dispatch.web.server import MAIN, app_parts

# Streamlit reads this file for a call of st.App before it runs it: one made in a
# function elsewhere would not be found, and the page would stay empty.
app = st.App(MAIN, **app_parts())
