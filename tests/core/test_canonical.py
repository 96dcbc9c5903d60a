"""Careful JSON: what is encoded is read back the same, and the content hash sees every field."""

import enum
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.canonical import Json, content_hash, decode, encode, members
from eventstore.errors import Unreadable
from tests.core.value_table import same

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30).filter(
    lambda value: -400 <= value.adjusted() <= 400 and not isinstance(decode(str(value)), int)
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | decimals | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_encoded_is_read_back_the_same(value: Any) -> None:
    assert same(decode(encode(value)), value)


@given(values)
def test_other_readers_understand_what_we_write(value: Any) -> None:
    assert json.loads(encode(value), parse_float=Decimal) == value


@given(st.dictionaries(texts, values, max_size=5), st.sampled_from([None, 1, "\t"]))
def test_members_are_the_pieces_of_the_document(value: dict[str, Any], indent: Any) -> None:
    text = json.dumps(json.loads(encode(value)), indent=indent, ensure_ascii=indent is None)
    pieces = members(text)
    assert list(pieces) == list(value)
    rest = text
    for piece in pieces.values():
        before, found, rest = rest.partition(piece)
        assert found, before


@given(st.binary(max_size=60) | texts.map(str.encode))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    try:
        value = decode(document)
    except Unreadable:
        return
    assert same(decode(encode(value)), value)


def test_decimals_are_written_as_they_are() -> None:
    assert encode({"a": Decimal("1.10"), "b": [Decimal("1E+2"), Decimal("-0.0")]}) == '{"a":1.10,"b":[1E+2,-0.0]}'


def test_json_within_a_value_stands_as_it_is() -> None:
    assert encode({"a": Json("[1, 2.50]")}) == '{"a":[1, 2.50]}'
    whole = Json(' {"a": 1}')
    assert encode(whole) is whole


def test_python_relatives_of_json_values_are_written() -> None:
    class Status(enum.StrEnum):
        PAID = "paid"

    class Level(enum.IntEnum):
        HIGH = 3

    assert encode((Status.PAID, Level.HIGH, 0.5, 1e22)) == '["paid",3,0.5,1e+22]'


circular: list[Any] = []
circular.append(circular)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "not a JSON number"),
        (float("-inf"), "not a JSON number"),
        (Decimal("NaN"), "not a JSON number"),
        (Decimal("sNaN"), "not a JSON number"),
        (Decimal("Infinity"), "not a JSON number"),
        (Decimal("1E+401"), "number out of range"),
        (10**1000, "number too long"),
        ({1: "a"}, "name that is not text"),
        ({"a": {1, 2}}, "not a JSON value"),
        (b"bytes", "not a JSON value"),
        ("a\0b", "NUL character"),
        ({"a\0b": 1}, "NUL character"),
        ("\ud800", "lone surrogate"),
        ({"\udfff": 1}, "lone surrogate"),
        (circular, "nested too deeply"),
    ],
)
def test_what_json_cannot_hold_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        encode(value)
    assert refused.value.reason == reason


def test_a_text_that_only_looks_like_a_nul_is_kept() -> None:
    assert decode(encode("\\u0000")) == "\\u0000"


def test_the_error_survives_pickling_and_says_what_to_do() -> None:
    with pytest.raises(Unreadable) as refused:
        decode("[1,")
    again = pickle.loads(pickle.dumps(refused.value))
    assert (again.reason, again.detail) == ("not JSON", "Expecting value at line 1, column 4.")
    assert str(again) == (
        "Cannot be read (not JSON): Expecting value at line 1, column 4. "
        "Correct it where it is written, then send it again."
    )


FIELDS: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000001",
    "stream": "order-1",
    "type": "Order Created",
    "occurred_at": 1767225600000000,
    "data_text": '{"total":1.10,"city":"Köln"}',
    "metadata_text": "{}",
}


def test_the_content_hash_never_changes() -> None:
    assert content_hash(**FIELDS).hex() == "e6d5d39d845b94e3c22007cbcc1fccace07dca8de92b0ce1b6be0c0a84e7bc7e"


@pytest.mark.parametrize("name", FIELDS)
def test_the_content_hash_sees_every_field(name: str) -> None:
    other = None if name == "occurred_at" else FIELDS[name] + " "
    assert content_hash(**{**FIELDS, name: other}) != content_hash(**FIELDS)


def test_fields_cannot_run_into_each_other() -> None:
    left = content_hash(**{**FIELDS, "stream": "s-1", "type": "12"})
    right = content_hash(**{**FIELDS, "stream": "s-11", "type": "2"})
    assert left != right


@given(st.lists(texts, min_size=5, max_size=5), st.lists(texts, min_size=5, max_size=5))
def test_different_fields_have_different_hashes(left: list[str], right: list[str]) -> None:
    names = ["id", "stream", "type", "data_text", "metadata_text"]
    hashes = [content_hash(**dict(zip(names, fields, strict=True)), occurred_at=None) for fields in (left, right)]
    assert (hashes[0] == hashes[1]) == (left == right)
