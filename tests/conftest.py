"""Fixtures that hand out real parts, and the table at the end that says what ran and what did not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from eventstore.store import EventStore
from tests.parts import PARTS, browser, postgres
from tests.parts import kafka as kafka_part

REQUIRE = "CHRONOSCOPE_REQUIRE"

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True, print_blob=True)
settings.register_profile("soak", deadline=None, max_examples=20_000)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    with postgres.shared_url() as superuser:
        yield superuser


@pytest.fixture
def postgres_database(_postgres_server: str) -> Iterator[postgres.Database]:
    """A fresh database with the addresses of its owner, of a writer that owns nothing, and of the superuser."""
    with postgres.fresh_database(_postgres_server) as database:
        yield database


@pytest.fixture
def postgres_url(postgres_database: postgres.Database) -> str:
    """The owner's address of a fresh database."""
    return postgres_database.url


@pytest.fixture(scope="session")
def kafka() -> Iterator[kafka_part.Kafka]:
    """The run's broker: `.servers`, and `.topic()` makes a fresh topic."""
    with kafka_part.kafka() as started:
        yield started


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser. Not for the whole run: Playwright's event loop stays in the thread as long as it lives."""
    with browser.browser() as started:
        yield started


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real("postgres"))])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database, once for each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(database_url: str) -> Iterator[EventStore]:
    """An open, empty event store on each kind of database."""
    with EventStore.open(database_url) as opened:
        yield opened


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a misspelt part in CHRONOSCOPE_REQUIRE: it would require nothing."""
    unknown = required() - set(PARTS)
    if unknown:
        raise pytest.UsageError(f"{REQUIRE} names {sorted(unknown)}; the parts are {', '.join(PARTS)}, or all")


def required() -> set[str]:
    """The parts without which the run fails."""
    named = {name.strip() for name in os.environ.get(REQUIRE, "").split(",") if name.strip()}
    return set(PARTS) if "all" in named else named


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose part is missing, or fail it where the part is required."""
    for part in (PARTS[marker.args[0]] for marker in item.iter_markers("real")):
        item.user_properties.append(("part", part.name))
        reason = part.missing()
        if reason and part.name in required():
            pytest.fail(f"{part.name} is required: {reason}. To enable it: {part.enable}", pytrace=False)
        if reason:
            pytest.skip(f"{part.name}: {reason}. To enable it: {part.enable}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table: what ran, what did not, and the command that enables it."""
    terminalreporter.section("what ran")
    terminalreporter.write_line(f"{'needs':<10} {'ran':>6} {'failed':>7} {'not run':>8}  to run them")
    for name in ("nothing", *PARTS):
        ran, failed, skipped = (_count(terminalreporter, name, *words) for words in OUTCOMES)
        help_ = PARTS[name].enable if skipped and name in PARTS else ""
        terminalreporter.write_line(f"{name:<10} {ran:>6} {failed:>7} {skipped:>8}  {help_}".rstrip())


OUTCOMES = (("passed", "failed", "xfailed", "xpassed"), ("failed", "error"), ("skipped",))


def _count(reporter: pytest.TerminalReporter, part: str, *outcomes: str) -> int:
    reports = [report for outcome in outcomes for report in reporter.stats.get(outcome, [])]
    return len({report.nodeid for report in reports if part in _parts(report)})


def _parts(report: pytest.TestReport) -> set[str]:
    return {str(value) for key, value in getattr(report, "user_properties", []) if key == "part"} or {"nothing"}
