"""The dashboard: ``streamlit run app.py``, or any ASGI server on ``app:app``."""

from dispatch.web.server import create_app

app = create_app()
