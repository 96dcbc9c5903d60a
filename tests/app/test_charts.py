"""Curves: what is drawn is what was counted, in our colours, with names that are no markup."""

from app.answers import Count, Curve
from app.charts import AFTER, label, over_time
from app.theme import DARK
from tests.given import NOON

HOUR = 3_600_000_000
CURVE = Curve((Count(NOON, "order", 3), Count(NOON + HOUR, "<b>evil</b>", 2)), HOUR, NOON, NOON + 3 * HOUR)
HUES = {"order": DARK.hues[0], "<b>evil</b>": DARK.hues[1]}


def test_bars_hold_the_counts_in_every_bucket() -> None:
    figure = over_time(CURVE, DARK, HUES, ["order", "<b>evil</b>"], None, height=200)
    assert [list(bar.y) for bar in figure.data] == [[3, 0, 0], [0, 2, 0]]
    assert [bar.marker.color for bar in figure.data] == list(DARK.hues[:2])


def test_names_from_payloads_are_escaped() -> None:
    figure = over_time(CURVE, DARK, HUES, ["<b>evil</b>"], None, height=200)
    assert figure.data[0].name == "&lt;b&gt;evil&lt;/b&gt;"
    assert label("%{x}") == "% {x}"


def test_what_lies_after_the_moment_is_pale_and_the_moment_is_a_rule() -> None:
    figure = over_time(CURVE, DARK, HUES, ["order"], NOON + HOUR, height=200)
    assert list(figure.data[0].marker.opacity) == [1.0, 1.0, AFTER]
    assert [shape.line.color for shape in figure.layout.shapes] == [DARK.accent]
    assert not over_time(CURVE, DARK, HUES, ["order"], None, height=200).layout.shapes


def test_nothing_is_left_to_plotly_s_own_colours() -> None:
    layout = over_time(CURVE, DARK, HUES, ["order"], None, height=200).layout.template.layout
    assert layout.font.color == DARK.ink
    assert layout.xaxis.tickfont.color == DARK.muted
    assert layout.yaxis.gridcolor == DARK.line
