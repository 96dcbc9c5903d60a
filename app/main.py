"""The server: pages and own HTTP routes in one. `streamlit run app/main.py` and `chronoscope dashboard` serve it."""

from pathlib import Path

import streamlit as st

from app import exports, routes, windows
from app.panels import failures
from app.queries import source

app = st.App(
    Path(__file__).parent / "dashboard.py",
    routes=[*exports.own(), *routes.own(), *windows.own()],
    middleware=routes.middleware(source.loaded().allowed_hosts),
    on_script_error=failures.show_unexpected,
)
