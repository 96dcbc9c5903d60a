"""Conditions: what they mean, and where an error points."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.canonical import decode, encode
from eventstore.core.condition import DEEPEST, parse_condition
from eventstore.errors import BadCondition
from tests.core.painted import states

STATE = decode(
    '{"status":"awaiting payment","total":-12.90,"n":1,"one":1.0,"yes":true,"none":null,"text":"1",'
    '"items":[{"sku":"A 1","q":2}],"map":{"0":"zero","x y":{"or":1}},"not":5,"at":"2026-03-01T12:00:00Z",'
    '"big":12345678901234567890123}'
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('status = "awaiting payment"', True),
        ("status = awaiting payment", True),
        ("status = 'awaiting payment' and n = 2", False),
        ("status != paid", True),
        ("status = Awaiting payment", False),
        ("total < 0", True),
        ("total = -12.9", True),
        ("total=-12.90", True),
        ("total <= -12.91", False),
        ("n = 1", True),
        ("n = 1.0", True),
        ("n = 1e0", True),
        ("one = 1", True),
        ("n = true", False),
        ("yes = 1", False),
        ("yes = true", True),
        ('yes = "true"', False),
        ("yes != false", True),
        ('text = "1"', True),
        ("text = 1", False),
        ("text != 1", True),
        ("text > 0", False),
        ('text > "0"', True),
        ("big = 12345678901234567890123", True),
        ("big = 12345678901234567890124", False),
        ("none = null", True),
        ("none is nothing", True),
        ("gone is nothing", True),
        ("gone = null", False),
        ("gone != 1", True),
        ("gone < 1", False),
        ("n IS NOT nothing", True),
        ("items is nothing", False),
        ("items = 1", False),
        ("items[0].sku = A 1", True),
        ("items.0.sku = 'A 1'", True),
        ("items[1].sku = 'A 1'", False),
        ("items [0] . q >= 2", True),
        ("map.0 = zero", True),
        ("map[0] = zero", False),
        ('map."x y"."or" = 1', True),
        ('"not" = 5', True),
        ("not n = 2", True),
        ("not not n = 1", True),
        ("not n = 2 and n = 2", False),
        ("not (n = 2 and n = 2)", True),
        ("n = 1 or n = 2 and n = 3", True),
        ("(n = 1 or n = 2) and n = 3", False),
        ("n = 2 OR (status = awaiting payment)", True),
        ("(n = 1)and(n = 1)", True),
        ("at > 2026-02-28", True),
        ("at < 2026-03-01T11:59:59Z", False),
        ("\n n\t=\n1 ", True),
    ],
)
def test_what_a_condition_means(text: str, holds: bool) -> None:
    assert parse_condition(text).holds(STATE) is holds


@pytest.mark.parametrize(
    ("text", "at", "right"),
    [
        ("", 0, "a path is missing, such as status or items"),
        ("= paid", 0, "a path is missing"),
        ("status", 6, "one of = != < <= > >= is missing"),
        ("status paid", 7, "one of ="),
        ("status is paid", 7, "`is nothing`"),
        ("status == paid", 7, "write = for =="),
        ("status <> paid", 7, "write != for <>"),
        ("total => 1", 6, "write >= for =>"),
        ("n = 'x' && b = 1", 8, "write and for &&"),
        ("n = 'x' || b = 1", 8, "write or for"),
        ("status = ", 9, "a value is missing"),
        ("status = = paid", 9, "a value is missing"),
        ("status = 'paid", 9, "the quotation has no end"),
        ("status = “paid”", 9, "write straight quotes"),
        ("status = 'paid' yes", 16, "only `and` or `or` may follow"),
        ("n = 1 and", 9, "a path is missing"),
        ("n = 1 or or", 11, "one of ="),
        ("(n = 1", 6, "the bracket that opens at character 1 is not closed"),
        ("n = 1)", 5, "only `and` or `or`"),
        ("items. = 1", 7, "the name of a member is missing"),
        ("items[x] = 1", 5, "one of ="),
        ("yes < true", 6, "true has no order: write yes = or != true"),
        ("none >= null", 8, "null has no order"),
        ("(" * (DEEPEST + 2), DEEPEST + 1, "nested deeper than 50"),
    ],
)
def test_an_error_marks_the_spot_and_says_what_would_be_right(text: str, at: int, right: str) -> None:
    with pytest.raises(BadCondition) as refused:
        parse_condition(text)
    assert right in refused.value.problem
    assert refused.value.at == at
    assert refused.value.marked.splitlines()[1] == f"{' ' * at}^"


@given(st.text() | st.text(alphabet="an=<>()'\"\\.[]01 \tor|&!"))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    def place() -> int:
        try:
            return int(parse_condition(text).holds(STATE)) * 0
        except BadCondition as error:
            return error.at

    assert place() in range(len(text) + 1)


@dataclass(frozen=True)
class Written:
    """A condition as text, and what it means said in another way."""

    text: str
    holds: Callable[[Any], bool]


THERE: dict[str, Callable[[Any], Any]] = {
    "status": lambda state: state["status"],
    "total": lambda state: state["total"],
    "items[0]": lambda state: state["items"][0] if isinstance(state["items"], list) else state["absent"],
    "items.a": lambda state: state["items"]["a"],
    'items."x y"': lambda state: state["items"]["x y"],
}
VALUES = {"1": 1, "true": True, "false": False, "null": None, '"1"': "1", "a": "a", "-2.50": Decimal("-2.5"), "''": ""}


def looked_up(path: str, state: Any) -> tuple[Any, ...]:
    """What is there in a tuple; an empty one where nothing is."""
    try:
        return (THERE[path](state),)
    except (KeyError, IndexError, TypeError):
        return ()


def sort(value: Any) -> str:
    """The name of the values with which it compares."""
    return "number" if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value).__name__


def compared(path: str, sign: str, value: str) -> Written:
    def holds(state: Any) -> bool:
        there, asked = looked_up(path, state), VALUES[value]
        alike = bool(there) and sort(there[0]) == sort(asked)
        if sign in ("=", "!="):
            return (alike and there[0] == asked) == (sign == "=")
        if not alike:
            return False
        less, same = there[0] < asked, there[0] == asked
        return bool({"<": less, "<=": less or same, ">": not less and not same, ">=": not less}[sign])

    return Written(f"{path} {sign} {value}", holds)


def nothing(path: str, contrary: bool) -> Written:
    word = "is not nothing" if contrary else "is nothing"
    return Written(f"{path} {word}", lambda state: (looked_up(path, state) in ((), (None,))) != contrary)


def both(word: str, one: Written, other: Written) -> Written:
    join = all if word == "and" else any
    return Written(f"({one.text}) {word} ({other.text})", lambda state: join([one.holds(state), other.holds(state)]))


def contrary(one: Written) -> Written:
    return Written(f"not ({one.text})", lambda state: not one.holds(state))


ordered = [name for name, value in VALUES.items() if not isinstance(value, bool) and value is not None]
single = (
    st.builds(compared, st.sampled_from(list(THERE)), st.sampled_from(["=", "!="]), st.sampled_from(list(VALUES)))
    | st.builds(
        compared, st.sampled_from(list(THERE)), st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(ordered)
    )
    | st.builds(nothing, st.sampled_from(list(THERE)), st.booleans())
)
conditions = st.recursive(
    single,
    lambda inner: st.builds(both, st.sampled_from(["and", "or"]), inner, inner) | st.builds(contrary, inner),
    max_leaves=4,
)


@given(conditions, states)
def test_conditions_hold_as_said_in_another_way(asked: Written, state: Any) -> None:
    assert parse_condition(asked.text).holds(decode(encode(state))) is asked.holds(state)


@given(st.lists(single, min_size=2, max_size=4), st.lists(st.sampled_from(["and", "or"]), min_size=3), states)
def test_and_binds_more_than_or(parts: list[Written], words: list[str], state: Any) -> None:
    text = parts[0].text + "".join(f" {word} {one.text}" for word, one in zip(words, parts[1:], strict=False))
    python = repr(parts[0].holds(state)) + "".join(
        f" {word} {one.holds(state)!r}" for word, one in zip(words, parts[1:], strict=False)
    )
    assert parse_condition(text).holds(state) is eval(python)
