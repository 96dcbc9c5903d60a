"""Frames and curves of read models: what is drawn is what was answered."""

from decimal import Decimal

from app.answers import Standing
from app.charts import states_over_time, sum_over_time
from app.frames import comparing
from app.frames import models as frames
from app.frames.tables import Look
from app.links import Place
from app.model_answers import Compared, CurvePoint, FacetKind, ModelCurve, Move, Tally
from app.theme import DARK
from tests.given import NOON

HOUR = 3_600_000_000
LOOK = Look.of(DARK, [])


def tally(value: str, keys: int) -> Tally:
    return Tally(value, keys, {"paid": Decimal(keys) / 4})


def curve(*held: dict[str, int]) -> ModelCurve:
    """A curve of these counts, a point an hour."""
    points = tuple(
        CurvePoint(NOON + number * HOUR, tuple(tally(*one) for one in counts.items()))
        for number, counts in enumerate(held)
    )
    values = tuple(dict.fromkeys(value for counts in held for value in counts))
    return ModelCurve("status", values, points, NOON, NOON + len(held) * HOUR, flat=True, checkpoint=9)


CURVE = curve({"created": 2}, {"created": 1, "<b>paid</b>": 3})


def test_a_stack_holds_the_counts_of_every_value_and_of_all() -> None:
    figure = states_over_time(CURVE, DARK, {"created": "#123456"}, (), height=200)
    assert [(trace.name, list(trace.y)) for trace in figure.data] == [
        ("created", [2, 1]),
        ("&lt;b&gt;paid&lt;/b&gt;", [0, 3]),
        ("all", [2, 4]),
    ]
    assert [trace.fillcolor for trace in figure.data[:2]] == ["#123456", DARK.muted]


def test_a_sum_is_that_over_all_values() -> None:
    assert list(sum_over_time(CURVE, "paid", DARK, (), height=200).data[0].y) == [0.5, 1.0]


def test_moments_are_rules_and_what_lies_behind_them_pales() -> None:
    def shapes(*rules: int | None) -> list[str]:
        return [shape.type for shape in states_over_time(CURVE, DARK, {}, rules, height=200).layout.shapes]

    assert shapes(None, None) == []
    assert shapes(NOON + HOUR, None) == ["line", "rect"]
    assert shapes(NOON + HOUR, NOON) == ["line", "line", "rect", "rect"]


def test_values_beyond_the_colours_are_drawn_as_one() -> None:
    many = curve({f"v{number}": number + 1 for number in range(11)})
    shown = frames.drawn(many, Place())
    assert shown.values == (frames.OTHERS, *(f"v{number}" for number in range(3, 11)))
    assert shown.points[0].tallies[0] == Tally(frames.OTHERS, 6, {"paid": Decimal("1.5")})
    assert frames.drawn(CURVE, Place()) is CURVE


def test_values_that_are_asked_for_are_drawn_alone() -> None:
    shown = frames.drawn(CURVE, Place(f="status = created"))
    assert shown.values == ("created",)
    assert [[one.keys for one in point.tallies] for point in shown.points] == [[2], [1]]
    assert frames.drawn(CURVE, Place(f="status = unheard of")) is CURVE


def test_values_are_shown_as_their_kind_is_read() -> None:
    assert frames.value_text(None, "text") == "-"
    assert frames.value_text(NOON, "time") == "1 Mar 12:00:00"
    assert frames.value_text(Decimal("1234.50"), "decimal") == "1,234.50"
    assert frames.value_text(12345, "integer") == "12,345"
    assert frames.value_text("a\u202eb", "text") == "a\\u202eb"


def test_a_status_has_its_word_and_icon_and_numbers_stand_right() -> None:
    cell = frames.value_cell("paid", FacetKind("status", "text", counted=True, summed=False), LOOK)
    assert (cell.text, cell.icon) == ("paid", "✓")
    columns = frames.columns([FacetKind("total", "decimal", counted=False, summed=True)])
    assert [column.align for column in columns] == ["", "right", "right"]


def test_every_number_of_the_matrix_is_a_link_with_a_name() -> None:
    moves = (Move(None, "created", 4), Move("created", "paid", 1200), Move("paid", None, 1), Move("", "paid", 2))
    found = Compared("status", NOON, None, moves, (), "", complete=True, flat=True, checkpoint=9)
    table = comparing.matrix(found, LOOK, Place(p="orders", t2="2026-03-01"))
    linked = {cell.title: cell for row in table.rows for cell in row.cells if cell.href}
    assert {title: cell.text for title, cell in linked.items()} == {
        "4 keys: (new) to created": "4",
        "1,200 keys: created to paid": "1,200",
        "1 key: paid to (gone)": "1",
        "2 keys: (none) to paid": "2",
    }
    assert "move=%5B%22created%22%2C+%22paid%22%5D" in linked["1,200 keys: created to paid"].href


def test_numbers_below_one_are_no_thousandths() -> None:
    stops = states_over_time(CURVE, DARK, {}, (None, None), height=200).layout.yaxis.tickformatstops
    assert [(stop.dtickrange, stop.value) for stop in stops] == [((None, 0.999), "~f"), ((0.999, None), "~s")]


def test_live_is_marked_only_beside_another_moment() -> None:
    live = Standing(None, None, None, 9, NOON, NOON + HOUR, NOON + HOUR)
    then = Standing(NOON, None, None, 9, NOON, NOON + HOUR, NOON + HOUR)
    other, time = Place(t2="2026-03-01T11:00:00Z"), NOON - HOUR
    assert comparing.rules(live, Place()) == (None, None)
    assert comparing.rules(live, other) == (NOON + HOUR, time)
    assert comparing.rules(then, Place()) == (NOON, None)
    assert comparing.rules(then, other) == (NOON, time)
