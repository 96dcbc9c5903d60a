"""What stops settings, ingest and imports."""

from collections.abc import Sequence

from eventstore.errors.root import EventStoreError


class BadSettings(EventStoreError):
    """A settings file that is not there, cannot be parsed, or says something that has no meaning."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file, self.problem = file, problem

    def __str__(self) -> str:
        return f"The settings in {self.file} cannot be used: {self.problem}. Correct that line and start again."


class Fenced(EventStoreError):
    """Another ingester has moved a partition on: this one's batch was not stored.

    `expected` is the offset at which this one began, None: it thought the partition new; `actual` where it stands,
    None: it is gone. `recreated`: the other one reads a later topic of the same name.
    """

    def __init__(self, topic: str, partition: int, expected: int | None, actual: int | None, recreated: bool) -> None:  # noqa: FBT001 - a fact
        super().__init__(topic, partition, expected, actual, recreated)
        self.topic, self.partition, self.expected, self.actual = topic, partition, expected, actual
        self.recreated = recreated

    def __str__(self) -> str:
        began = "as a new partition" if self.expected is None else f"at offset {self.expected}"
        stands = "is no longer kept" if self.actual is None else f"stands at offset {self.actual}"
        other = " of a topic made anew" if self.recreated else ""
        return (
            f"Another ingester reads {self.topic}, partition {self.partition}: this one began {began}, the store "
            f"{stands}{other}. Nothing of this batch was stored; leave one ingester running for each partition."
        )


class NoDeadLetter(EventStoreError):
    """There is no dead letter of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return f"There is no dead letter {self.number}. `chronoscope dead-letters list` shows those that there are."


class BrokerFailed(EventStoreError):
    """The Kafka broker cannot be reached, or what it answers cannot be understood."""

    def __init__(self, servers: str, detail: str) -> None:
        super().__init__(servers, detail)
        self.servers, self.detail = servers, detail

    def __str__(self) -> str:
        return (
            f"Kafka at {self.servers} cannot be read ({self.detail}). Start the broker or correct its address; reading "
            "goes on by itself."
        )


class UnknownTopics(EventStoreError):
    """Topics that the broker does not have."""

    def __init__(self, servers: str, topics: Sequence[str]) -> None:
        super().__init__(servers, topics)
        self.servers, self.topics = servers, topics

    def __str__(self) -> str:
        named = ", ".join(self.topics)
        return f"Kafka at {self.servers} has no topic {named}. Make it, or correct its name (case counts)."


class IngestStopped(EventStoreError):
    """Partitions that go no further. Nothing of them was skipped: a new start reads on where they stand.

    `reasons` says why, one sentence each.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return f"Ingest stopped. {' '.join(self.reasons)} Mend that, then start ingest again."


class UnusableFile(EventStoreError):
    """A file that holds no rows which could be imported. Nothing was stored."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        super().__init__(file, problem, remedy)
        self.file, self.problem, self.remedy = file, problem, remedy

    def __str__(self) -> str:
        return f"{self.file} cannot be imported: {self.problem}. {self.remedy}"


class NoTimes(UnusableFile):
    """No column says when its rows happened; or the one that was named does not."""

    def __init__(self, file: str, named: str, columns: Sequence[str]) -> None:
        said = f"the column {named!r} holds no times" if named else "no column holds times"
        super().__init__(file, f"{said} (columns: {', '.join(columns)})", "Name the one that does with --time COLUMN.")
        self.named, self.columns = named, columns
        self.args = (file, named, columns)


class AmbiguousTimes(UnusableFile):
    """The times of a column can be read in two ways, and the first rows do not show which is meant."""

    def __init__(self, column: str, text: str, one: str, other: str) -> None:
        remedy = f'Say which with --time-format "{one}" or --time-format "{other}".'
        super().__init__("The file", f"{text!r} in {column} may be a time as {one} or as {other}", remedy)
        self.args = (column, text, one, other)


class RowsRefused(UnusableFile):
    """The first rows of a file all fail for one reason, so the reason is not in the rows."""

    def __init__(self, file: str, rows: int, reason: str, detail: str) -> None:
        problem = f"its first {rows:,} rows all fail for one reason ({reason}: {detail.rstrip('.')})"
        super().__init__(file, problem, "Nothing was stored; look at --show-mapping and correct what it says.")
        self.args = (file, rows, reason, detail)


class MappedOtherwise(UnusableFile):
    """These bytes, or others of this source, were imported by another mapping: `earlier` names them in the store."""

    def __init__(self, file: str, earlier: str) -> None:
        problem = f"{earlier} came in by another mapping, so that rows of both would be there twice"
        remedy = "Give the mapping of the first time with --map; if it is another file, name it with --source."
        super().__init__(file, problem, remedy)
        self.args = (file, earlier)


class BadMapping(EventStoreError):
    """What is said of a file's columns has no meaning, or does not fit the file."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file, self.problem = file, problem

    def __str__(self) -> str:
        return f"The mapping of {self.file} cannot be used: {self.problem}. Option --show-mapping prints one to edit."
