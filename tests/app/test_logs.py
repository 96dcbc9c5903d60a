"""The Logs page: filters of its lines, a search that says how far it looked, a line beside the events of its trace."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import queries
from app.answers import Viewer
from app.links import Place
from app.log_answers import LogPage
from app.queries import logs
from eventstore import EventStore, NewEvent, RecordedEvent
from eventstore.settings import Settings
from tests import given
from tests.app.conftest import Open, answer_from
from tests.app.test_pages import parts, texts, titles

ANYONE = Viewer()
ESCAPES = "\x1b[31mred\x1b[0m <b>bold</b> ![a](http://evil.example/a.png) \u202egnirts"


def line(service: str, message: Any, level: str = "info", *, second: int = 0, trace: str | None = None) -> NewEvent:
    """A log line as the shop's sidecars ship it."""
    said = {"service": service, "level": level, "message": message}
    at = given.NOON + second * given.SECOND
    return given.event(f"log-{service}", "Log Written", said, at, correlation_id=trace)


@pytest.fixture
def told(settings: Settings) -> Iterator[EventStore]:
    """Lines of two services, and an order whose trace two of them belong to."""
    with EventStore.open(settings.database_url, now=lambda: given.NOON + 3_600 * given.SECOND) as store:
        store.append([line("orders", "started")])
        store.append([given.event("order-1", "Order Created", {"n": 1}, given.NOON + given.SECOND, correlation_id="t")])
        store.append([line("orders", "Accepted order 1", second=2, trace="t")])
        store.append([line("payments", "order 1 TIMED out", "ERR", second=4, trace="t")])
        store.append([given.event("order-1", "Order Paid", {}, given.NOON + 7 * given.SECOND, correlation_id="t")])
        store.append([line("payments", ESCAPES, "warn", second=9)])
        yield store


def asked(**place: str) -> LogPage:
    """The page of lines at this place."""
    here = Place(**place)
    return queries.lines(ANYONE, queries.standing(ANYONE, here), here)


def found(**place: str) -> list[int]:
    return [one.position for one in asked(**place).lines]


@pytest.mark.parametrize(
    ("place", "positions"),
    [
        ({}, [6, 4, 3, 1]),
        ({"stream": "log-payments"}, [6, 4]),
        ({"level": "warning"}, [6, 4]),
        ({"level": "error"}, [4]),
        ({"level": "none such"}, [6, 4, 3, 1]),
        ({"q": "timed OUT"}, [4]),
        ({"q": "timed%"}, []),
        ({"trace": "t"}, [4, 3]),
        ({"trace": "t", "stream": "log-orders"}, [3]),
        ({"trace": "t", "level": "error", "q": "order"}, [4]),
        ({"w": "2026-03-01T12:00:02Z~2026-03-01T12:00:05Z"}, [4, 3]),
        ({"t": "2026-03-01T12:00:02Z"}, [3, 1]),
        ({"known": "3"}, [3, 1]),
        ({"known": "3", "q": "order"}, [3]),
        ({"until": "3"}, [3, 1]),
        ({"after": "3"}, [6, 4]),
        ({"after": "1", "stream": "log-orders"}, [3]),
    ],
    ids=str,
)
def test_filters(place: dict[str, str], positions: list[int], told: EventStore) -> None:
    assert found(**place) == positions


def test_the_usual_names_of_levels_and_other_fields_serve_too(told: EventStore) -> None:
    told.append([given.event("log-web", "Log Written", {"level": "FATAL", "msg": "gone"}, given.NOON)])
    told.append([given.event("log-web", "Log Written", ["no", "object"], given.NOON)])
    said = [(one.service, one.level, one.message) for one in asked(stream="log-web").lines]
    assert said == [("web", "other", ""), ("web", "critical", "gone")]


@pytest.fixture
def long(told: EventStore, monkeypatch: pytest.MonkeyPatch) -> EventStore:
    """Many lines behind one that says otherwise, and bounds that they exceed."""
    told.append([line("orders", f"busy {number}", second=10) for number in range(300)])
    for name, bound in {"PAGE": 10, "CHUNK": 7, "LOOKED": 40, "BLOCK": 64}.items():
        monkeypatch.setattr(logs, name, bound)
    return told


def walked(**place: str) -> list[LogPage]:
    """All pages that the links to what is older lead to."""
    pages = [asked(**place)]
    while pages[-1].older:
        last = pages[-1].stopped or pages[-1].lines[-1].position
        pages.append(asked(**place, until=str(last - 1)))
    return pages


def test_pages_hold_every_line_once(long: EventStore) -> None:
    pages = walked()
    assert [one.position for page in pages for one in page.lines] == [*range(306, 6, -1), 6, 4, 3, 1]
    assert {page.stopped for page in pages} == {None}


def test_a_search_stops_says_how_far_it_looked_and_goes_on_to_the_end(long: EventStore) -> None:
    first, *others = walked(level="error")
    assert (first.lines, first.older) == ((), True)
    assert first.looked <= 40 + 64
    assert first.stopped is not None
    assert [one.position for page in others for one in page.lines] == [4]
    assert all(page.looked <= 40 for page in others)
    assert others[-1].stopped is None


def test_a_search_forward_stops_and_goes_on_too(long: EventStore) -> None:
    page = asked(after="4", q="busy 299")
    assert (page.lines, page.newer, page.stopped) == ((), True, 45)
    while page.stopped:
        page = asked(after=str(page.stopped), q="busy 299")
    assert [one.position for one in page.lines] == [306]


def test_live_only_what_is_new_is_read_again(long: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(q="another") == []
    read, read_all = list[int](), EventStore.read_all

    def counted(store: EventStore, **asked: Any) -> Iterator[RecordedEvent]:
        for event in read_all(store, **asked):
            read.append(event.position)
            yield event

    monkeypatch.setattr(EventStore, "read_all", counted)
    long.append([line("orders", "another one", second=11)])
    assert found(q="another") == [307]
    assert 0 < len(read) <= 64


def test_a_line_of_a_megabyte_is_cut_in_the_list(told: EventStore, open_page: Open) -> None:
    told.append([line("orders", "x" * 1_000_000, second=10)])
    (first, *_) = asked().lines
    assert (len(first.message), first.length) == (logs.LONGEST, 1_000_000)
    assert "980,000 more characters" in open_page("logs", e="7").code[0].value


def test_a_search_stops_at_what_it_may_read(told: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "READ", 100)
    told.append([line("orders", "y" * 90, second=10)])
    assert asked(q="started").stopped is not None


def test_a_line_stands_beside_the_events_and_lines_of_its_trace(told: EventStore) -> None:
    opened = queries.line(ANYONE, queries.standing(ANYONE, Place()), 3)
    assert opened is not None
    assert [(one.event.position, one.gap, one.line is not None) for one in opened.beside] == [
        (2, None, False),
        (3, given.SECOND, True),
        (4, 2 * given.SECOND, True),
        (5, 3 * given.SECOND, False),
    ]
    assert [one.service for one in opened.beside] == ["order", "orders", "payments", "order"]


def test_of_a_trace_only_what_is_seen_from_the_moment_is_beside(told: EventStore) -> None:
    at = queries.standing(ANYONE, Place(t="2026-03-01T12:00:03Z"))
    opened = queries.line(ANYONE, at, 3)
    assert opened is not None
    assert [one.event.position for one in opened.beside] == [2, 3]


def test_of_a_long_trace_the_nearest_are_beside(told: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "AROUND", 1)
    told.append([line("orders", "on", second=20, trace="t")])
    opened = queries.line(ANYONE, queries.standing(ANYONE, Place()), 4)
    assert opened is not None
    assert [one.event.position for one in opened.beside] == [3, 4, 5]
    assert (opened.more_before, opened.more_after) == (True, True)


@pytest.mark.parametrize("position", [2, 99])
def test_no_line_is_said_so(position: int, told: EventStore, open_page: Open) -> None:
    assert queries.line(ANYONE, queries.standing(ANYONE, Place()), position) is None
    assert "No such line" in titles(open_page("logs", e=str(position)))


def head(at: AppTest) -> dict[str, Any]:
    found: list[dict[str, Any]] = [part for part in parts(at) if part.get("title") == "Log lines"]
    return found[0]


@pytest.mark.parametrize(
    ("place", "badge", "why"),
    [
        ({}, "live", "new ones come by themselves"),
        ({"q": "order", "level": "info"}, "live", "new ones come by themselves"),
        ({"e": "3"}, "paused", "a line is open"),
        ({"t": "2026-03-01T12:00:02Z"}, "paused", "a moment is chosen"),
        ({"until": "4"}, "paused", "not the newest page"),
    ],
    ids=str,
)
def test_the_list_is_live_unless_something_pauses_it(
    place: dict[str, str], badge: str, why: str, told: EventStore, open_page: Open
) -> None:
    heading = head(open_page("logs", **place))
    assert [one["text"] for one in heading["badges"]] == [badge]
    assert why in heading["note"]


def test_the_page_links_rows_traces_and_moments(told: EventStore, open_page: Open) -> None:
    at = open_page("logs", e="3", level="info")
    (beside,) = [part for part in parts(at) if part.get("caption") == "Events and lines of the trace"]
    assert [row["href"] for row in beside["rows"][:2]] == ["events?e=2", "?level=info&e=3"]
    assert [row["selected"] for row in beside["rows"]] == [False, True, False, False]
    moment = beside["rows"][0]["cells"][-1]["href"]
    assert moment == "order?t=2026-03-01T12%3A00%3A01.000000Z&e=2&k=order-1"


def test_a_line_without_a_trace_says_so(told: EventStore, open_page: Open) -> None:
    assert "The line names no trace" in texts(open_page("logs", e="6"))


def test_an_events_flow_leads_to_its_log_lines(told: EventStore, open_page: Open) -> None:
    links = [link for part in parts(open_page("events", e="2")) for link in part.get("links", ())]
    assert {"text": "Its log lines", "href": "logs?trace=t"} in links


def test_a_search_without_result_says_how_far_it_looked_and_leads_on(long: EventStore, open_page: Open) -> None:
    at = open_page("logs", level="error")
    assert "and stopped there" in head(at)["note"]
    assert "Look further" in [link["text"] for link in head(at)["links"]]
    (empty,) = [part for part in parts(at) if part.get("title") == "No lines here"]
    assert [link["text"] for link in empty["links"]] == ["Drop level"]


def test_filters_write_the_address(told: EventStore, open_page: Open) -> None:
    at = open_page("logs", until="4", e="3")
    at.selectbox(key="filter_stream").set_value("log-payments").run()
    at.selectbox(key="filter_level").set_value("error").run()
    at.text_input(key="filter_q").set_value("order 1").run()
    assert dict(at.query_params) == {"stream": "log-payments", "level": "error", "q": "order 1"}
    at.selectbox(key="filter_level").set_value("").run()
    assert dict(at.query_params) == {"stream": "log-payments", "q": "order 1"}


def test_a_level_that_is_none_is_named(told: EventStore, open_page: Open) -> None:
    assert "cannot be read, left out: level." in texts(open_page("logs", level="loud"))


def test_without_lines_the_page_says_how_they_come_in(shop: EventStore, open_page: Open) -> None:
    at = open_page("logs")
    assert "No log lines yet" in titles(at)
    assert 'category = "log"' in at.code[0].value


def test_escapes_are_shown_and_not_obeyed(told: EventStore, open_page: Open) -> None:
    at = open_page("logs", e="6")
    assert at.code[0].value == r"\u001b[31mred\u001b[0m <b>bold</b> ![a](http://evil.example/a.png) \u202egnirts"


def test_what_a_mask_hides_is_neither_shown_nor_found(told: EventStore, settings: Settings, open_page: Open) -> None:
    answer_from(replace(settings, mask=("message",)))
    assert found(q="timed out") == []
    assert "TIMED out" not in texts(open_page("logs", e="4"))
