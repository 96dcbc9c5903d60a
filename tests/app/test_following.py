"""What `chronoscope ingest` says while it runs: an error is told when it happens, and not again once it is over."""

from pathlib import Path

import pytest

from app.commands.following import Following
from eventstore import EventStore
from eventstore.ingest.reporting import Progress

GONE = "Kafka has no topic orders."


@pytest.mark.parametrize(
    ("states", "told"),
    [
        pytest.param([("catching up", GONE), ("live", GONE), ("catching up", GONE)], [True, False, False], id="over"),
        pytest.param([("live", None), ("live", GONE)], [False, True], id="new"),
        pytest.param([("retrying", GONE), ("live", GONE), ("retrying", GONE)], [True, False, True], id="goes on"),
    ],
)
def test_an_error_is_told_while_it_happens(
    states: list[tuple[str, str | None]], told: list[bool], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        following = Following(store, None)
        for state, error in states:
            following.progressed(Progress(state, error=error))
    assert [GONE in line for line in capsys.readouterr().err.splitlines()] == told
