"""Health: the intake, what could not be read, what was lost, and how to prove the log."""

import streamlit as st

from app import context, links, queries
from app.components import parts
from app.frames import health as frames
from app.frames import numbers
from app.panels import letters

place, at, look = links.here(), context.standing(), context.look()
health = queries.health(context.VIEWER)
parts.cards(numbers.health(at, health, look), key="numbers")
if not at.live:
    parts.facts({"text": "The intake is shown as it is now: it keeps no history of its own."}, key="now")

left, right = st.columns(2, gap="medium")
with left:
    parts.facts({"title": "Ingest", "level": "h2"}, key="ingest_head")
    if health.ingesters:
        parts.rows(frames.ingesters(health, at, look), key="ingesters")
    else:
        parts.facts(frames.no_ingester(), key="no_ingester")
    parts.rows(frames.partitions(health, look), key="partitions", height=420)
with right:
    letters.draw(place, health)
    letters.losses(health)
    parts.facts(frames.seals(health, at), key="seals")
