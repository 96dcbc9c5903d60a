"""Logs: what the services write, as it comes; a row opens the line beside the events of its trace."""

import streamlit as st

from app import context, links, queries
from app.panels import logs

place, look = links.here(), context.look()
logs.filter_by(place, queries.found(context.VIEWER, "", "log"))
position = links.number(place.e)
left, right = st.columns([7, 6], gap="small") if position else (st.container(), None)
with left:
    logs.listed(place, look)
if right is not None and position:
    with right:
        logs.opened(place, position, look)
