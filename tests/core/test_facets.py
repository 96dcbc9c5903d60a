"""Values that somebody asks a facet for: taken as its column holds them, or refused."""

from decimal import Decimal

import pytest

from eventstore.core.facet import Facet, Kind, Value


@pytest.mark.parametrize(
    ("kind", "asked", "held"),
    [
        (Kind.DECIMAL, "10.5", 1050),
        (Kind.DECIMAL, Decimal("-0.01"), -1),
        (Kind.DECIMAL, "92233720368547758.07", 2**63 - 1),
        (Kind.INTEGER, "12", 12),
        (Kind.NUMBER, "0.5", 0.5),
        (Kind.TIME, "1970-01-01T00:00:01Z", 1_000_000),
        (Kind.TEXT, "12", "12"),
    ],
)
def test_a_value_is_taken_as_the_column_holds_it(kind: Kind, asked: object, held: Value) -> None:
    assert Facet("facet", kind).column(asked) == held


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (Kind.INTEGER, "many"),
        (Kind.INTEGER, "1.5"),
        (Kind.INTEGER, str(2**63)),
        (Kind.DECIMAL, "much"),
        (Kind.DECIMAL, "0.001"),
        (Kind.DECIMAL, "NaN"),
        (Kind.DECIMAL, "Infinity"),
        (Kind.DECIMAL, "1e999999999"),  # written out, it would fill the memory
        (Kind.DECIMAL, "92233720368547758.08"),
        (Kind.TIME, "noon"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Kind, asked: str) -> None:
    with pytest.raises(ValueError, match=f"is no {kind}"):
        Facet("facet", kind).column(asked)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.34", 1234),
        ("12.340", 1234),
        ("12.345", None),
        ("-0.01", -1),
        ("1." + "0" * 40, 100),
        ("1." + "0" * 40 + "1", None),
    ],
)
def test_decimals_are_exact_however_many_digits_they_have(text: str, value: int | None) -> None:
    assert Facet("total", Kind.DECIMAL).of({"total": Decimal(text)}) == value
