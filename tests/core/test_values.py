"""The value table: one test a row. What is kept is kept exactly, what is not says why."""

import re
from pathlib import Path

import pytest

from eventstore.core.canonical import MAX_BYTES, Json, decode, encode, members
from eventstore.errors import Unreadable
from tests.core.value_table import KEPT, REFUSED, TABLE, Row, same

DOCS = Path(__file__).parents[2] / "docs" / "values.md"


def named(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


@named(KEPT)
def test_what_is_kept_is_exact(row: Row) -> None:
    value = decode(row.document)
    assert same(value, row.value)
    assert same(decode(encode(value)), value)


@named(REFUSED)
def test_what_is_refused_says_why(row: Row) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(row.document)
    assert refused.value.reason == row.reason
    assert refused.value.detail.endswith(".")


@named([row for row in KEPT if isinstance(row.value, dict)])
def test_members_are_cut_out_as_sent(row: Row) -> None:
    texts = members(row.document)
    assert all(type(text) is Json and text.encode() in row.document for text in texts.values())
    assert same({name: decode(text) for name, text in texts.items()}, row.value)


@named(REFUSED)
def test_members_refuses_the_same(row: Row) -> None:
    with pytest.raises(Unreadable) as refused:
        members(row.document)
    assert refused.value.reason in {row.reason, "not an object"}
    assert refused.value.reason == row.reason or not row.document.lstrip().startswith(b"{")


@named([row for row in KEPT if not isinstance(row.value, dict)])
def test_members_of_what_is_no_object(row: Row) -> None:
    with pytest.raises(Unreadable, match="not an object"):
        members(row.document)


def test_a_document_above_the_limit_is_refused_before_it_is_read() -> None:
    fits = b'"' + b"x" * (MAX_BYTES - 2) + b'"'
    assert len(decode(fits, max_bytes=MAX_BYTES)) == MAX_BYTES - 2
    with pytest.raises(Unreadable, match="too large"):
        decode(fits + b" ", max_bytes=MAX_BYTES)
    with pytest.raises(Unreadable, match="too large"):
        decode('"' + "ä" * (MAX_BYTES // 2) + '"', max_bytes=MAX_BYTES)


def test_text_with_half_a_character_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"U\+D800"):
        decode('{"a":"\ud800"}')


def test_the_page_names_every_row() -> None:
    listed = set(re.findall(r"^\| ([^|]+?) +\|", DOCS.read_text(), re.MULTILINE))
    assert {row.name for row in TABLE} <= listed
