"""The moment bar's arithmetic, in JavaScript, run by Node where it is here; the browser's tests run it in any case."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app import formats
from tests.given import NOON, SECOND

FOLDER = Path(__file__).parents[2] / "app" / "components" / "moment"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not on PATH; tests/browser runs the same code")

MINUTE, HOUR = 60 * SECOND, 3_600 * SECOND
VIEW = f"{{ since: {NOON}, before: {NOON + 10 * HOUR} }}"
WHOLE = f"{{ since: {NOON - 100 * HOUR}, before: {NOON + 100 * HOUR} }}"


def run(expression: str) -> Any:
    """The value of an expression over the two pure files."""
    code = "".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in ("scale", "words"))
    script = f"{code}\nconsole.log(JSON.stringify({expression}));"
    done = subprocess.run([str(NODE), "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_place_and_its_time_are_each_others_inverse() -> None:
    places = run(f"[0, 1, 250, 999, 1000].map((x) => toX({VIEW}, 1000, toTime({VIEW}, 1000, x)))")
    assert places == pytest.approx([0, 1, 250, 999, 1000], abs=1)


def test_beyond_the_ends_is_at_the_ends() -> None:
    assert run(f"[toTime({VIEW}, 1000, -50), toTime({VIEW}, 1000, 5000)]") == [NOON, NOON + 10 * HOUR]


def test_a_pixel_stands_for_the_roundest_of_its_moments() -> None:
    (time,) = run(f"[toTime({VIEW}, 1000, 123.4)]")
    assert time % SECOND == 0
    (time,) = run(f"[toTime({WHOLE}, 20, 3.3)]")
    assert time % HOUR == 0


def test_zooming_keeps_the_centre_where_it_is_and_stays_within_the_whole() -> None:
    centre = NOON + 2 * HOUR
    narrow, wide, widest = run(f"[0.5, 2, 1e6].map((factor) => zoomed({VIEW}, {WHOLE}, {centre}, factor))")
    assert narrow == {"since": NOON + HOUR, "before": NOON + 6 * HOUR}
    assert wide == {"since": NOON - 2 * HOUR, "before": NOON + 18 * HOUR}
    assert widest == {"since": NOON - 100 * HOUR, "before": NOON + 100 * HOUR}


def test_a_view_is_never_narrower_than_ten_seconds() -> None:
    found = run(f"zoomed({VIEW}, {WHOLE}, {NOON}, 1e-9)")
    assert found["before"] - found["since"] == 10 * SECOND


def test_a_view_follows_a_moment_that_leaves_it() -> None:
    same, moved = run(f"[{NOON + HOUR}, {NOON + 50 * HOUR}].map((at) => revealing({VIEW}, {WHOLE}, at))")
    assert same == {"since": NOON, "before": NOON + 10 * HOUR}
    assert moved == {"since": NOON + 45 * HOUR, "before": NOON + 55 * HOUR}


@pytest.mark.parametrize("days", [1 / 86_400, 1 / 1_440, 1 / 24, 1, 10, 100, 1_000, 10_000, 100_000])
def test_ticks_are_few_round_and_within(days: float) -> None:
    before = NOON + round(days * 24 * HOUR)
    found = run(f"ticks({{ since: {NOON}, before: {before} }}, 920)")
    assert len(found) <= 12
    assert all(NOON <= tick["at"] < before for tick in found)
    assert [tick["at"] for tick in found] == sorted({tick["at"] for tick in found})


def test_play_takes_one_beat_for_a_bar_and_one_for_a_gap() -> None:
    bars = f"{{ since: {NOON}, before: {NOON + 6 * MINUTE}, bucket: {MINUTE}, counts: [[1, 0, 0, 0, 2, 1]] }}"
    whole = f"{{ since: {NOON}, before: {NOON + 6 * MINUTE} }}"
    legs = f"journey({bars}, totals({bars}), {whole})"
    assert run(f"{legs}.map((leg) => leg.until - leg.at)") == [MINUTE, 3 * MINUTE, MINUTE, MINUTE]
    assert run(f"((legs) => [0, 0.5, 1.5, 4].map((beat) => journeyTime(legs, beat)))({legs})") == [
        NOON,
        NOON + MINUTE // 2,
        NOON + MINUTE * 5 // 2,
        NOON + 6 * MINUTE,
    ]
    assert run(f"((legs) => [0, 0.5, 1.5, 3].map((b) => journeyBeat(legs, journeyTime(legs, b))))({legs})") == [
        0,
        0.5,
        1.5,
        3,
    ]


def test_times_read_as_python_writes_them() -> None:
    times = [NOON, NOON + 123_456, 0, -1, NOON + 13 * HOUR]
    assert run(f"{times}.map(fullTime)") == [formats.full_time(time) for time in times]
    assert run(f"{times}.map(isoTime)") == [formats.iso_time(time) for time in times]
    lengths = [0, 340_000, 192_000_000, 187_200_000_000]
    assert run(f"{lengths}.map((one) => duration(one))") == [formats.duration(one) for one in lengths]
