"""The real parts that tests need: PostgreSQL, Kafka, Chromium. Each is found, or says what enables it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.parts import browser, kafka, postgres


@dataclass(frozen=True)
class Part:
    """`missing` gives the reason why the part cannot run here, None: it can. `enable` is the command that helps."""

    name: str
    missing: Callable[[], str | None]
    enable: str


PARTS = {
    part.name: part
    for part in (
        Part("postgres", postgres.missing, "apt-get install postgresql  (or CHRONOSCOPE_TEST_POSTGRES_URL=...)"),
        Part("kafka", kafka.missing, "apt-get install default-jre-headless maven && make jars"),
        Part("chromium", browser.missing, "apt-get install chromium  (or .venv/bin/playwright install chromium)"),
    )
}
