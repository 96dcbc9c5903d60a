"""Read models: every key at the moment, counts and sums over time, two moments compared, who was ever so, when a
condition held.
"""

import streamlit as st

from app import context, links, queries
from app.components import parts
from app.frames import models as frames
from app.frames import numbers
from app.panels import failures
from app.panels import models as panels

place, at, look = links.here(), context.standing(), context.look()
known = queries.models(context.VIEWER)
model = panels.chosen(known, place)
if model is None:
    failures.no_models()
    st.stop()

by, summed = panels.choices(model, known, place)
if model.build is None:
    parts.facts(frames.never_projected(model), key="never")
    st.stop()

counts = queries.counts(context.VIEWER, at, model, by)
curve = queries.model_curve(context.VIEWER, at, model, place, by)
course = queries.course(context.VIEWER, at, model)
parts.cards(numbers.model(counts, course, place, look), key="numbers")
panels.curves(curve, counts, summed, at, place, look)
if place.compared is not None:
    panels.compare(model, by, at, place, look)
elif place.when:
    panels.when(model, at, place, look)
elif place.ever:
    panels.ever(model, at, place, look)
else:
    panels.listed(model, counts, at, place, look)
