"""Counts -> plotly figures, with a template of our own for each theme. Pure."""

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go

from app import formats
from app.answers import Curve
from app.theme import Palette

AFTER = 0.35
"""How much of its colour is left to what lies after the moment."""


def template(palette: Palette) -> go.layout.Template:
    """Axes, text and surfaces in the theme's colours; nothing is left to plotly's own."""
    axis = {
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "zeroline": False,
        "tickfont": {"color": palette.muted, "size": 12},
        "automargin": True,
    }
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.ink, "size": 13, "family": "system-ui, Liberation Sans, sans-serif"},
        "xaxis": {**axis, "showgrid": False, "showline": True},
        "yaxis": {**axis, "showline": False},
        "hoverlabel": {"bgcolor": palette.panel, "bordercolor": palette.line, "font": {"color": palette.ink}},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "bargap": 0.12,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
            "font": {"color": palette.muted, "size": 12},
        },
    }
    return go.layout.Template(layout=layout)


def over_time(
    curve: Curve, palette: Palette, hues: Mapping[str, str], order: Sequence[str], moment: int | None, *, height: int
) -> go.Figure:
    """Stacked bars of events over time; the moment is a rule in the accent, what lies after it is pale."""
    figure = go.Figure()
    buckets = range(curve.since, curve.before, curve.bucket)
    pale = [1.0 if moment is None or bucket <= moment else AFTER for bucket in buckets]
    for value in order:
        found = {count.bucket: count.events for count in curve.counts if count.value == value}
        if found:
            figure.add_bar(
                x=[formats.naive_time(bucket) for bucket in buckets],
                y=[found.get(bucket, 0) for bucket in buckets],
                width=curve.bucket / 1_000 * 0.88,
                offset=0,
                name=label(value),
                marker={"color": hues.get(value, palette.muted), "opacity": pale, "line": {"width": 0}},
                hovertemplate=f"%{{x|%a %d %b %H:%M}}  <b>%{{y:,}}</b> {label(value)}<extra></extra>",
            )
    figure.update_layout(
        template=template(palette),
        barmode="stack",
        height=height,
        showlegend=True,
        dragmode="select",
        selectdirection="h",
    )
    figure.update_xaxes(type="date", range=[formats.naive_time(curve.since), formats.naive_time(curve.before)])
    figure.update_yaxes(rangemode="tozero", nticks=4, tickformat="~s", fixedrange=True)
    figure.update_layout(
        newselection={"line": {"color": palette.accent}}, activeselection={"fillcolor": palette.accent}
    )
    if moment is not None:
        _rule(figure, palette, moment)
    return figure


QUIET = {"displayModeBar": False}
"""Plotly's own buttons are left out: brushing a window is what a chart is for here."""


def _rule(figure: go.Figure, palette: Palette, moment: int) -> None:
    line = {"color": palette.accent, "width": 1.5}
    at = formats.naive_time(moment)
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)


def label(text: str) -> str:
    """A name from a payload, safe for plotly's labels, which read a few HTML tags; % would begin a format."""
    return escape(text, quote=False).replace("%{", "% {")
