"""A story to take along is the story: every event exactly, only those visible, and the state as it was."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.canonical import Json, decode, encode
from eventstore.core.event import NewEvent, RecordedEvent
from eventstore.core.moment import LIVE, Moment
from eventstore.core.replay import fold_order
from eventstore.core.reproduction import Story, as_json_lines, as_pytest, literal
from tests.core.painted import logs, moments, painted, rows, values
from tests.histories.pure import stored

HOSTILE = [
    '""" + __import__(\'os\').abort() + """',
    "'); import os #",
    "\\",
    "\\'\\\"\\n",
    "a\nb\r\n\t\x1b[31m\x7f",
    "\u202eevil\u2066\u2069\u2028\u2029\ufeff",
    "{braces} {0} %s",
    "日本 ü 🦊 \U000e0001",
    "x" * 100_000,
]


def executed(text: str) -> dict[str, Any]:
    """The names of the file, as Python reads it."""
    names: dict[str, Any] = {"__file__": "test_story.py"}
    exec(compile(text, "test_story.py", "exec"), names)
    return names


def plain(text: str) -> bool:
    """Nothing but what can be printed, in ASCII, and line ends."""
    return all(" " <= sign <= "~" or sign == "\n" for sign in text)


@given(logs, moments)
def test_the_file_has_the_visible_events_in_fold_order_and_the_state(log: list[RecordedEvent], moment: Moment) -> None:
    text = as_pytest(Story(painted, "a", log, moment), ["painted.py"])
    names = executed(text)
    assert names["EVENTS"] == fold_order(log, moment)
    last = [row.state for row in rows(log, moment)][-1:] or [None]
    assert encode(names["OBSERVED"]) == (last[0] if last[0] is not None else "null")
    assert names["MODULES"] == ["painted.py"]
    assert plain(text)


@given(logs, moments)
def test_the_same_story_gives_the_same_text(log: list[RecordedEvent], moment: Moment) -> None:
    mixed = random.Random(3).sample(log, len(log))
    one, other = Story(painted, "a", log, moment), Story(painted, "a", mixed, moment)
    assert as_pytest(one, ["m"]) == as_pytest(other, ["m"])
    assert list(as_json_lines(one)) == list(as_json_lines(other))


@given(values)
def test_a_literal_is_exactly_the_value(value: Any) -> None:
    from decimal import Decimal

    assert encode(eval(literal(value), {"Decimal": Decimal})) == encode(value)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_exactly_and_as_escapes(text: str) -> None:
    event = NewEvent(
        stream=text, category=text, type=text, id=text, data={text: [text]}, metadata={text: 1}, occurred_at=1
    )
    (recorded,) = stored([[event]])
    recorded = replace(recorded, type="put", metadata_text=encode({text: text}), correlation_id=text)
    story = Story(painted, text, [recorded, replace(recorded, position=2, commit_position=2, type=text)])
    made, lines = as_pytest(story, ["painted"]), list(as_json_lines(story))
    names = executed(made)
    assert names["EVENTS"] == story.events
    assert names["OBSERVED"] == {text: [text]}
    assert plain(made)
    assert all(plain(line) and "\n" not in line for line in lines)
    assert [json.loads(line)["data"] for line in lines] == [{text: [text]}] * 2
    assert [json.loads(line)["type"] for line in lines] == ["put", text]


def test_payloads_keep_their_texts() -> None:
    data = Json('{"a":  1.10,\n\t"b": 1e2, "c": 12345678901234567890123, "ü": "\\u00fc\\n"}')
    (event,) = stored([[NewEvent(stream="a", category="a", type="put", data=data, occurred_at=1)]])
    story = Story(painted, "a", [event])
    assert executed(as_pytest(story, []))["EVENTS"][0].data_text == data
    (line,) = as_json_lines(story)
    assert '"data": {"a":  1.10,  "b": 1e2, "c": 12345678901234567890123, "\\u00fc": "\\u00fc\\n"}' in line
    assert decode(line)["data"] == decode(data)


def test_a_parked_story_asserts_why_and_keeps_the_last_good_state(tmp_path: Path) -> None:
    log = stored([[new("put", 1, {"a": 1}), new("fail", 2, {}), new("put", 3, {"a": 2})]])
    names = executed(as_pytest(Story(painted, "a", log), []))
    assert names["ERRORS"] == [[2, "ValueError: no"]]
    assert names["OBSERVED"] == {"a": 1}
    errors = [
        (json.loads(line)["error"], json.loads(line)["parked"]) for line in as_json_lines(Story(painted, "a", log))
    ]
    assert errors == [(None, False), ("ValueError: no", True), (None, True)]


def new(kind: str, at: int, data: Any) -> NewEvent:
    return NewEvent(stream="a", category="a", type=kind, data=data, occurred_at=at)


@pytest.mark.parametrize(("key", "name"), [("order-7", "order_7"), ("日本", "story"), ("a b/c", "a_b_c"), ("1", "1")])
def test_the_test_is_named_by_the_key(key: str, name: str) -> None:
    assert f"test_{name}" in executed(as_pytest(Story(painted, key, [], LIVE), []))


@given(st.text())
def test_any_key_gives_a_file_that_python_reads(key: str) -> None:
    assert plain(as_pytest(Story(painted, key, []), [key]))
    assert executed(as_pytest(Story(painted, key, []), [key]))["MODULES"] == [key]
