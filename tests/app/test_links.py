"""The address is the only truth: what is written is what is read."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.links import Place, number, window

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PLACES = st.builds(Place, **dict.fromkeys(Place.__dataclass_fields__, TEXTS))
MICROS = st.integers(0, 4_000_000_000_000_000)


def read(href: str) -> Place:
    return Place.read(dict(parse_qsl(urlsplit(href).query, keep_blank_values=True, strict_parsing=False)))


@given(PLACES)
def test_a_link_is_read_as_it_was_written(place: Place) -> None:
    assert read(place.href("events")) == place


@given(PLACES)
def test_another_page_keeps_the_moment_the_key_and_its_read_model_only(place: Place) -> None:
    assert place.kept() == Place(t=place.t, known=place.known, k=place.k, p=place.p)


@given(st.none() | MICROS, st.none() | MICROS)
def test_a_window_is_read_as_it_was_written(since: int | None, before: int | None) -> None:
    place = Place(w=window(since, before))
    assert place.window == (since, before)
    assert place.unread() == []


def test_defaults_are_left_out() -> None:
    assert Place(t="2026-03-01T12:00:00Z").href() == "?t=2026-03-01T12%3A00%3A00Z"


def test_names_that_no_page_knows_are_left_out() -> None:
    assert Place.read({"k": "order-1", "evil": "1"}) == Place(k="order-1")


@given(TEXTS)
def test_any_text_can_stand_in_a_link(text: str) -> None:
    place = Place(t=text, known=text, w=text, e=text)
    assert place.live == (place.occurred is None and place.known_position is None)
    assert set(place.unread()) <= {"t", "known", "w", "e"}


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "٣", "9" * 19, " 1", "0x1"])
def test_what_is_no_position(text: str) -> None:
    assert number(text) is None
