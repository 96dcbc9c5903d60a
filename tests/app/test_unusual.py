"""What is unusual about a key: each check by itself, and how long is usual, by the times of others."""

from math import ceil

from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from app.answers import Brief, Step
from app.health_answers import Named
from app.model_answers import Behind
from app.unusual import CHECKS, FEWEST, Facts, Usual, unusual, usual
from tests import given

MINUTE = 60 * given.SECOND
NOW = given.NOON + 1_000 * MINUTE

lengths = st.lists(st.integers(0, 500), min_size=FEWEST, max_size=200)


def step(type_: str, version: int, error: str | None = None) -> Step:
    at = given.NOON
    event = Brief(
        position=40 + version,
        commit_position=40 + version,
        stream="order-1",
        version=version,
        type=type_,
        occurred_at=at,
        recorded_at=at + 3 * MINUTE,
        late=True,
        corrected=False,
    )
    return Step(version - 1, event, held=True, error=error, parked=error is not None)


@hypothesis_given(lengths)
def test_where_all_times_have_ended_the_usual_ones_are_their_quantiles(minutes: list[int]) -> None:
    ordered = sorted(minutes)
    half, most = (ordered[ceil(share * len(ordered)) - 1] * MINUTE for share in (0.5, 0.95))
    found = usual([(given.NOON, given.NOON + one * MINUTE) for one in minutes], NOW)
    assert found == Usual(half, most)


@hypothesis_given(lengths, st.lists(st.integers(0, 999), min_size=1, max_size=60))
def test_times_that_go_on_never_make_the_usual_ones_shorter(minutes: list[int], ages: list[int]) -> None:
    """Each counts as at least as long as it is: had it ended now, no quantile could be later."""
    ended = [(NOW - one * MINUTE, NOW) for one in ages]
    rest = [(given.NOON, given.NOON + one * MINUTE) for one in minutes]
    least, found = usual(rest + ended, NOW), usual(rest + [(since, None) for since, _ in ended], NOW)
    assert least is not None
    assert found is not None
    assert found.half is None or found.half >= (least.half or 0)
    assert found.most is None or found.most >= (least.most or 0)


def test_a_status_in_which_most_rest_has_no_usual_length() -> None:
    ended = [(given.NOON, given.NOON + MINUTE)] * 20
    assert usual([*ended, *[(given.NOON, None)] * 20], NOW) == Usual(MINUTE, None)
    assert usual([*ended, *[(given.NOON, None)] * 21], NOW) == Usual(None, None)
    assert usual([(given.NOON, None)] * 100, NOW) == Usual(None, None)
    assert usual(ended, NOW) is None  # too few to say


def test_each_check_says_what_it_found_and_leads_there() -> None:
    found = unusual(
        Facts(
            key="order-1",
            status="confirmed",
            age=90 * MINUTE,
            usual=Usual(MINUTE, 20 * MINUTE),
            stopped=step("Order Paid", 2, "RuntimeError: no till"),
            letters=(Named(7, "not JSON", given.NOON), Named(5, "not JSON", given.NOON)),
            behind=Behind("orders", 1_204),
            related=(("payments", "payment-1", "failed"), ("stock", "stock-1", "in stock")),
            late=step("Order Packed", 3),
        )
    )
    assert [one.text for one in found] == [
        "Parked: the fold could not take Order Paid #2 (RuntimeError: no till); the state is the one before it. What "
        "came later waits.",
        "A message about it is a dead letter since 1 Mar 2026 12:00:00.000 UTC: not JSON, and 1 more.",
        "orders has not come to its last event: it stands at #1,204.",
        "payment-1 is failed.",
        "It has been confirmed for 1 h 30 min; 95 of 100 are for at most 20 min.",
        "Order Packed #3 came late, 3 min after it occurred: others had been recorded before it.",
    ]
    assert len(found) == len(CHECKS)
    assert [(one.page, one.to.get("e") or one.to.get("n") or one.to.get("k") or one.to.get("p")) for one in found] == [
        ("", "42"),
        ("health", "7"),
        ("projections", "orders"),
        ("", "payment-1"),
        ("", None),
        ("", "43"),
    ]


def test_what_is_as_it_should_be_is_not_told() -> None:
    assert unusual(Facts(key="order-1")) == ()
    usual_ = Facts(key="order-1", status="paid", age=20 * MINUTE, usual=Usual(MINUTE, 20 * MINUTE))
    assert unusual(usual_) == ()
    assert unusual(Facts(key="order-1", status="delivered", age=NOW, usual=Usual(None, None))) == ()
    assert unusual(Facts(key="order-1", related=(("stock", "stock-1", "in stock"), ("carts", "cart-1", "")))) == ()
