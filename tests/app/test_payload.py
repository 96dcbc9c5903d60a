"""Payload text is shown as it was sent: nothing rounded, reordered, merged or interpreted."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import payload

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).map(float)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def squeezed(text: str) -> str:
    """The text without blanks outside strings."""
    return re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda found: found.group(1) or "", text)


@given(VALUES, st.sampled_from([None, 1, 3]))
def test_laying_out_changes_blanks_only(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert squeezed(payload.laid_out(text)) == squeezed(text)


@pytest.mark.parametrize(
    "text", ["1.10", "1152921504606846977", '{"a":1,"a":2}', "1E400", '"\\u0041"', "-0", "[]", "{}", '{"a":[]}']
)
def test_what_other_viewers_change_stays(text: str) -> None:
    assert squeezed(payload.laid_out(text)) == text


def test_the_layout() -> None:
    assert payload.laid_out('{"a":[1,{}],"b":{"c":null}}') == (
        '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": {\n    "c": null\n  }\n}'
    )


@given(VALUES)
def test_leaves_are_all_the_values_by_path(value: object) -> None:
    found = {leaf.path: json.loads(leaf.text) for leaf in payload.leaves(json.dumps(value))}
    assert found == dict(_leaves((), value))


def _leaves(path: tuple[str | int, ...], value: object) -> list[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, dict) and value:
        return [leaf for name, inner in value.items() for leaf in _leaves((*path, name), inner)]
    if isinstance(value, list) and value:
        return [leaf for place, inner in enumerate(value) for leaf in _leaves((*path, place), inner)]
    return [(path, value)]


CANARY = "canary-7f3a"


@given(VALUES, st.sampled_from(["card.holder", "holder", "*.holder", "$.card.holder"]))
def test_a_masked_value_is_gone_and_the_rest_stays(value: object, path: str) -> None:
    text = json.dumps({"before": value, "deep": [{"card": {"holder": {"name": CANARY}}}], "after": value})
    hidden = payload.masked(text, payload.mask_of([path]))
    assert CANARY not in hidden
    assert json.loads(hidden)["deep"] == [{"card": {"holder": payload.HIDDEN}}]
    if "holder" not in json.dumps(value):
        assert json.loads(hidden)["before"] == value


def test_a_mask_names_places_in_lists() -> None:
    mask = payload.mask_of(["items[0].sku", "notes.*.by"])
    text = '{"items":[{"sku":1},{"sku":2}],"notes":[{"by":"a","on":1},{"by":"b"}]}'
    assert payload.masked(text, mask) == (
        '{"items":[{"sku":"•••"},{"sku":2}],"notes":[{"by":"•••","on":1},{"by":"•••"}]}'
    )


def test_without_a_mask_the_text_is_the_same() -> None:
    assert payload.masked('{ "a" : 1 }', payload.mask_of([])) == '{ "a" : 1 }'


def test_control_characters_are_made_visible() -> None:
    assert payload.visible("a\x1b[31m\u202eb\nc") == "a\\u001b[31m\\u202eb\nc"


def test_bytes_in_hex() -> None:
    assert payload.hex_lines(b"order \xff\x00") == "00000000  6f 72 64 65 72 20 ff 00" + " " * 24 + "  order .."
    assert payload.hex_lines(bytes(40), limit=32).splitlines()[-1] == "... 8 more bytes"
    assert payload.as_text(b"\xff") is None
