"""Conditions as people write them: what they mean, and where the error points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.condition import Operator
from eventstore.errors import BadCondition
from eventstore.histories import Where, parse_where


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("status = paid", [Where("status", "=", "paid")]),
        ("status=paid", [Where("status", "=", "paid")]),
        ("  total  >=  10.50 ", [Where("total", ">=", "10.50")]),
        ("city = New York", [Where("city", "=", "New York")]),
        ("city = 'rock and roll'", [Where("city", "=", "rock and roll")]),
        ('name = "say \\"so\\""', [Where("name", "=", 'say "so"')]),
        ("name = ''", [Where("name", "=", "")]),
        ("city = Andorra", [Where("city", "=", "Andorra")]),
        ("status is nothing", [Where("status", "=", None)]),
        ("status IS  NOT nothing", [Where("status", "!=", None)]),
        ("status = nothing", [Where("status", "=", "nothing")]),
        ("a = 1 and b != 2 AND c is nothing", [Where("a", "=", "1"), Where("b", "!=", "2"), Where("c", "=", None)]),
        ("at < 2026-03-01T10:00:00Z", [Where("at", "<", "2026-03-01T10:00:00Z")]),
    ],
)
def test_a_text_gives_its_conditions(text: str, found: list[Where]) -> None:
    assert list(parse_where(text)) == found


@pytest.mark.parametrize(
    ("text", "at", "problem"),
    [
        ("", 0, "the name of a facet"),
        ("= paid", 0, "the name of a facet"),
        ("Status = paid", 0, "the name of a facet"),
        ("status", 6, "one of ="),
        ("status : paid", 7, "one of ="),
        ("status is paid", 7, "one of ="),
        ("status = ", 9, "a value is missing"),
        ("status = = paid", 9, "a value is missing"),
        ("status = 'paid", 9, "no end"),
        ("status = 'paid' or so", 16, "only `and`"),
        ("status is nothing else", 18, "only `and`"),
        ("status = paid and", 17, "the name of a facet"),
        ("status = paid and total", 23, "one of ="),
    ],
)
def test_an_error_points_at_the_place(text: str, at: int, problem: str) -> None:
    with pytest.raises(BadCondition, match=problem) as refused:
        parse_where(text)
    assert refused.value.at == at
    assert refused.value.marked == f"{text}\n{' ' * at}^"


SIGNS: list[Operator] = ["=", "!=", "<", "<=", ">", ">="]


@given(st.text(), st.sampled_from(SIGNS))
def test_any_value_can_be_quoted(value: str, sign: Operator) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_where(f'facet {sign} "{quoted}" and b = c') == (Where("facet", sign, value), Where("b", "=", "c"))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    def place() -> int:
        try:
            return -bool(parse_where(text))
        except BadCondition as error:
            return error.at

    assert place() in (-1, *range(len(text) + 1))
