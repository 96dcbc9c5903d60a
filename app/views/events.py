"""Events: the log, filtered and paged; a row opens the event beside it."""

import streamlit as st

from app import charts, context, links, queries
from app.components import parts
from app.frames import events as frames
from app.panels import detail, filters

place, at, look = links.here(), context.standing(), context.look()
catalogue = context.catalogue()
filters.draw(place, catalogue)

curve = queries.curve(context.VIEWER, at, place)
if curve is not None:
    figure = charts.over_time(curve, look.palette, look.categories, catalogue.categories, at.occurred, height=130)
    figure.update_layout(showlegend=False)
    st.plotly_chart(figure, key="curve", theme=None, config=charts.QUIET, on_select=links.brushed("curve"))

found = queries.page(context.VIEWER, at, place)
position = links.number(place.e)
opened = {event.position: place.but(e=str(event.position)).href() for event in found.events}
left, right = st.columns([7, 6], gap="small") if position else (st.container(), None)
with left:
    filters.pager(place, found, curve)
    if found.events:
        listed = frames.events(found.events, look, opened, chosen=position, wide=position is None)
        parts.rows(listed, key="events", keyboard=True)
    else:
        filters.nothing(place, at, curve)
if right is not None and position:
    with right:
        detail.draw(place, position)
