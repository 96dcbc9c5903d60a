"""Why a broker cannot run here.

BrokerError
    BrokerNotInstalled
    BrokerDied
"""

from pathlib import Path


class BrokerError(Exception):
    """The broker from the jars cannot be had."""


class BrokerNotInstalled(BrokerError):
    """Something that the broker needs is not on this machine."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy

    def __str__(self) -> str:
        return f"A Kafka broker cannot run here: {self.reason}. {self.remedy}"


class BrokerDied(BrokerError):
    """The broker's process ended, or never answered."""

    def __init__(self, log: Path, last_lines: str) -> None:
        super().__init__(log, last_lines)
        self.log, self.last_lines = log, last_lines

    def __str__(self) -> str:
        return (
            f"The Kafka broker did not come up. Its log ends so, read the whole of it in {self.log}:\n{self.last_lines}"
        )
