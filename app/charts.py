"""Counts -> plotly figures, with a template of our own for each theme. Pure."""

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go

from app import formats
from app.answers import Curve
from app.model_answers import ModelCurve
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
    _amounts(figure, ticks=4)
    figure.update_layout(
        newselection={"line": {"color": palette.accent}}, activeselection={"fillcolor": palette.accent}
    )
    if moment is not None:
        _rule(figure, palette, moment)
    return figure


QUIET = {"displayModeBar": False}
"""Plotly's own buttons are left out: brushing a window is what a chart is for here."""


def _amounts(figure: go.Figure, *, ticks: int) -> None:
    """The axis of numbers and sums: 1.5k, 2; and 0.5, not 500 thousandths, where the ticks are closer than one."""
    stops = [{"dtickrange": [None, 0.999], "value": "~f"}, {"dtickrange": [0.999, None], "value": "~s"}]
    figure.update_yaxes(rangemode="tozero", nticks=ticks, tickformatstops=stops, fixedrange=True)


def _rule(figure: go.Figure, palette: Palette, moment: int) -> None:
    line = {"color": palette.accent, "width": 1.5}
    at = formats.naive_time(moment)
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)


def label(text: str) -> str:
    """A name from a payload, safe for plotly's labels, which read a few HTML tags; % would begin a format."""
    return escape(text, quote=False).replace("%{", "% {")


def states_over_time(
    curve: ModelCurve, palette: Palette, hues: Mapping[str, str], rules: Sequence[int | None], *, height: int
) -> go.Figure:
    """Keys by value over time, stacked; states hold until they change, so lines are steps. Made for clicks."""
    at = [formats.naive_time(point.at) for point in curve.points]
    held = [{tally.value: tally.keys for tally in point.tallies} for point in curve.points]
    figure = go.Figure()
    for value in curve.values:
        colour = hues.get(value, palette.muted)
        stacked = {"stackgroup": "keys", "fillcolor": colour, "line": {"shape": "hv", "width": 0, "color": colour}}
        figure.add_scatter(
            x=at, y=[tallies.get(value, 0) for tallies in held], name=_name(value), **stacked, **_CLICKED
        )
    line = {"shape": "hv", "width": 0}
    figure.add_scatter(x=at, y=[sum(tallies.values()) for tallies in held], name="all", line=line, **_CLICKED)
    figure.update_layout(dragmode=False, clickmode="event+select")
    return _states(figure, curve, palette, rules, height)


def sum_over_time(
    curve: ModelCurve, facet: str, palette: Palette, rules: Sequence[int | None], *, height: int
) -> go.Figure:
    """A summed facet over all keys, over time. Made for brushing: Streamlit's charts take clicks or a brush."""
    at = [formats.naive_time(point.at) for point in curve.points]
    totals = [float(sum(tally.sums.get(facet, 0) for tally in point.tallies)) for point in curve.points]
    figure = go.Figure()
    line = {"shape": "hv", "width": 2, "color": palette.ink}
    figure.add_scatter(x=at, y=totals, name=label(facet), mode="lines", line=line, hovertemplate="%{y:,}")
    figure.update_layout(dragmode="select", selectdirection="h")
    return _states(figure, curve, palette, rules, height)


_UNSEEN = {"marker": {"opacity": 0}}
_CLICKED = {
    "mode": "lines+markers",  # lines alone take no click: the points are there, and not seen
    "marker": {"opacity": 0, "size": 10},
    "selected": _UNSEEN,
    "unselected": _UNSEEN,
    "hovertemplate": "%{y:,}",
}


def _name(value: str) -> str:
    return label(value) or "(none)"


def _states(
    figure: go.Figure, curve: ModelCurve, palette: Palette, rules: Sequence[int | None], height: int
) -> go.Figure:
    """The frame of a curve of states: one moment is a rule, of two the time between them is tinted; the rest pales."""
    figure.update_layout(
        template=template(palette),
        height=height,
        showlegend=False,
        hovermode="x unified",
        hoverlabel={"font": {"size": 12}},
        newselection={"line": {"color": palette.accent}},
        activeselection={"fillcolor": palette.accent},
    )
    figure.update_xaxes(
        type="date",
        range=[formats.naive_time(curve.since), formats.naive_time(curve.before)],
        hoverformat="%a %d %b %H:%M",
        nticks=7,
    )
    _amounts(figure, ticks=5)
    times = sorted(rule for rule in rules if rule is not None)
    for time in times:
        _rule(figure, palette, time)
    if times and times[-1] < curve.before:
        _pale(figure, palette.page, times[-1], curve.before, 1 - AFTER)
    if len(times) == 2:
        _pale(figure, palette.accent, times[0], times[1], 0.14)
    return figure


def _pale(figure: go.Figure, colour: str, since: int, before: int, opacity: float) -> None:
    sides = {"x0": formats.naive_time(since), "x1": formats.naive_time(before), "y0": 0, "y1": 1}
    figure.add_shape(
        type="rect", yref="paper", **sides, fillcolor=colour, opacity=opacity, line={"width": 0}, layer="above"
    )
