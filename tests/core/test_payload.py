"""What folds read out of payloads: money, quantities and names, or a clear refusal."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.payload import money, name, whole


@pytest.mark.parametrize(
    ("said", "amount"),
    [(None, None), (12, Decimal(12)), (Decimal("12.90"), Decimal("12.90")), ("12.90", Decimal("12.90"))],
)
def test_money_is_read_from_numbers_and_their_texts(said: Any, amount: Decimal | None) -> None:
    assert money(said) == amount
    assert str(money(said)) == str(amount)


@pytest.mark.parametrize(
    "said", [True, 1.5, "much", "NaN", "Infinity", [], {}, 10**15, Decimal("1e300"), Decimal("0.0000001")]
)
def test_what_is_no_money_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match="is no amount of money"):
        money(said)


amounts = st.decimals(-(10**14), 10**14, places=6)


@given(st.lists(amounts, max_size=30))
def test_sums_of_money_do_not_depend_on_their_order(said: list[Decimal]) -> None:
    read = [money(one) or Decimal(0) for one in said]
    assert sum(read) == sum(reversed(read))


def test_a_quantity_is_a_whole_number() -> None:
    assert [whole(said) for said in (None, 0, -3, 2**53 - 1)] == [None, 0, -3, 2**53 - 1]
    for wrong in (True, "3", Decimal("3.0"), 2**53, [3]):
        with pytest.raises(ValueError, match="is no quantity"):
            whole(wrong)


def test_a_name_is_a_short_text_or_a_whole_number() -> None:
    assert [name(said) for said in ("42", 42, "", "x" * 201, True, None, ["42"])] == ["42", "42", *[None] * 5]
