"""What is unusual about a key: each check by itself, and how long is usual, by the times of others."""

from dataclasses import replace
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.answers import Brief, Step
from app.health_answers import Named
from app.model_answers import Read
from app.unusual import CHECKS, FEWEST, Facts, Usual, judged, usual
from eventstore import EventStore
from eventstore.ingest import Advance, Intake
from eventstore.settings import Settings
from tests import given
from tests.app.conftest import Open, answer_from
from tests.app.test_pages import parts
from tests.ingest.records import TOPICS, record

MINUTE = 60 * given.SECOND
NOW = given.NOON + 1_000 * MINUTE

lengths = st.lists(st.integers(0, 500), min_size=FEWEST, max_size=200)


def step(type_: str, version: int, error: str | None = None) -> Step:
    at = given.NOON
    event = Brief(
        position=40 + version,
        commit_position=40 + version,
        stream="order-1",
        version=version,
        type=type_,
        occurred_at=at,
        recorded_at=at + 3 * MINUTE,
        late=True,
        corrected=False,
    )
    return Step(version - 1, event, held=True, error=error, parked=error is not None)


@hypothesis_given(lengths)
def test_where_all_times_have_ended_the_usual_ones_are_their_quantiles(minutes: list[int]) -> None:
    ordered = sorted(minutes)
    half, most = (ordered[ceil(share * len(ordered)) - 1] * MINUTE for share in (0.5, 0.95))
    found = usual([(given.NOON, given.NOON + one * MINUTE) for one in minutes], NOW)
    assert found == Usual(half, most)


@hypothesis_given(lengths, st.lists(st.integers(0, 999), min_size=1, max_size=60))
def test_times_that_go_on_never_make_the_usual_ones_shorter(minutes: list[int], ages: list[int]) -> None:
    """Each counts as at least as long as it is: had it ended now, no quantile could be later."""
    ended = [(NOW - one * MINUTE, NOW) for one in ages]
    rest = [(given.NOON, given.NOON + one * MINUTE) for one in minutes]
    least, found = usual(rest + ended, NOW), usual(rest + [(since, None) for since, _ in ended], NOW)
    assert least is not None
    assert found is not None
    assert found.half is None or found.half >= (least.half or 0)
    assert found.most is None or found.most >= (least.most or 0)


def test_a_status_in_which_most_rest_has_no_usual_length() -> None:
    ended = [(given.NOON, given.NOON + MINUTE)] * 20
    assert usual([*ended, *[(given.NOON, None)] * 20], NOW) == Usual(MINUTE, None)
    assert usual([*ended, *[(given.NOON, None)] * 21], NOW) == Usual(None, None)
    assert usual([(given.NOON, None)] * 100, NOW) == Usual(None, None)
    assert usual(ended, NOW) is None  # too few to say


def test_each_check_says_what_it_found_and_leads_there() -> None:
    told = judged(
        Facts(
            status="confirmed",
            age=90 * MINUTE,
            usual=Usual(MINUTE, 20 * MINUTE),
            stopped=step("Order Paid", 2, "RuntimeError: no till"),
            letters=(Named(7, "not JSON", given.NOON), Named(5, "not JSON", given.NOON)),
            last=1_205,
            read=Read("orders", 1_204),
            related=(("payments", "payment-1", "failed"), ("stock", "stock-1", "in stock")),
            late=step("Order Packed", 3),
        )
    )
    assert [one.text for one in told.found] == [
        "Parked: the fold could not take Order Paid #2 (RuntimeError: no till); the state is the one before it. What "
        "came later waits.",
        "A message with its name or key is a dead letter since 1 Mar 2026 12:00:00.000 UTC: not JSON, and 1 more.",
        "orders has not come to its last event: it stands at #1,204.",
        "payment-1 is failed.",
        "It has been confirmed for 1 h 30 min; 95 of 100 are for at most 20 min.",
        "Order Packed #3 came late, 3 min after it occurred: later ones of its stream had been recorded before it.",
    ]
    ways = [(one.page, one.to.get("e") or one.to.get("n") or one.to.get("k") or one.to.get("p")) for one in told.found]
    assert ways == [
        ("", "42"),
        ("health", "7"),
        ("projections", "orders"),
        ("order", "payment-1"),
        ("", None),
        ("", "43"),
    ]
    assert (told.looked, told.unseen) == (tuple(CHECKS), ())


SOUND = {"letters": (), "last": 5, "read": Read("orders", 5), "usual": Usual(MINUTE, 20 * MINUTE), "age": 20 * MINUTE}


@pytest.mark.parametrize(
    ("facts", "unseen"),
    [
        (SOUND, []),
        ({**SOUND, "related": (("stock", "stock-1", "in stock"), ("carts", "cart-1", ""))}, []),
        ({**SOUND, "letters": None}, ["dead letters with its name or key"]),
        ({**SOUND, "read": None}, ["how far its read model is"]),
        ({**SOUND, "usual": Usual(MINUTE, None)}, ["how long its status usually lasts"]),
        ({**SOUND, "usual": None}, ["how long its status usually lasts"]),
        ({**SOUND, "age": None}, ["how long its status usually lasts"]),
    ],
)
def test_what_is_as_it_should_be_is_not_told_nor_what_could_not_be_looked_at(
    facts: dict[str, Any], unseen: list[str]
) -> None:
    told = judged(Facts(**facts))
    assert told.found == ()
    assert [*told.unseen] == unseen
    assert {*told.looked} == {*CHECKS} - {*unseen}


def test_a_parked_key_is_told_also_where_the_event_that_stopped_it_cannot_be_seen() -> None:
    (found,) = judged(Facts(parked=True)).found
    assert found.text == "Parked: its fold stopped at an event that cannot be seen from here."


def strip_of(at: AppTest, key: str) -> dict[str, Any]:
    (found,) = [part for part in parts(at) if part.get("title") == key and "report" in part]
    return dict(found)


@pytest.fixture
def lettered(projected: EventStore, monkeypatch: pytest.MonkeyPatch) -> EventStore:
    """The shop, with a dead letter that names its first order: an hour later than its last event became known."""
    later = projected.now() + 60 * MINUTE
    monkeypatch.setattr(projected, "now", lambda: later)
    letter = record(b'{"event": "Order Paid", "data": {"about": "order-1"', offset=0)
    Intake(projected, TOPICS).take([letter], {("orders", 0): Advance("id-of-orders", None, 1, 1)})
    return projected


@pytest.mark.usefixtures("lettered")
def test_a_mask_hides_what_letters_are_about(settings: Settings, open_page: Open) -> None:
    assert "dead letter" in strip_of(open_page("order", k="order-1"), "order-1")["text"]
    answer_from(replace(settings, mask=("street",)))
    masked = strip_of(open_page("order", k="order-1"), "order-1")
    assert "dead letter" not in masked.get("text", "")
    assert "Nothing to compare with: dead letters with its name or key" in masked["hint"]


def test_a_moment_knows_no_letter_that_came_later(lettered: EventStore, open_page: Open) -> None:
    known, late = {"known": str(lettered.head().position)}, {"t": "2027-01-01"}
    for query, told in (({}, True), (late, True), ({"t": "2026-03-01T12:01:30Z"}, False), ({**known, **late}, False)):
        text = strip_of(open_page("order", k="order-1", **query), "order-1").get("text", "")
        assert ("dead letter" in text) == told, query


def test_the_report_is_of_the_moment_whatever_step_is_in_view(lettered: EventStore, open_page: Open) -> None:
    last, first = (strip_of(open_page("order", k="order-1", **query), "order-1") for query in ({}, {"e": "1"}))
    assert last["badges"] != first["badges"]
    assert last["report"] == first["report"]
    seen = dict(parse_qsl(last["report"]["href"].removeprefix("?")))
    assert seen["known"] == str(lettered.head().position)
    assert seen["t"]
    assert "e" not in seen
