"""What is wrong with read models and questions to them."""

from eventstore.errors.root import EventStoreError


class BadProjection(EventStoreError):
    """A module of read models that is missing, raises while it is loaded, or defines none."""

    def __init__(self, module: str, problem: str) -> None:
        super().__init__(module, problem)
        self.module, self.problem = module, problem

    def __str__(self) -> str:
        return (
            f"The read models in {self.module} cannot be used: {self.problem}. Correct it, or its name in "
            "`projections` of the settings, and start again."
        )


class StateTooLarge(EventStoreError):
    """A fold made a state that is too long to keep; it parks its key."""

    def __init__(self, projection: str, size: int, limit: int) -> None:
        super().__init__(projection, size, limit)
        self.projection, self.size, self.limit = projection, size, limit

    def __str__(self) -> str:
        return (
            f"{self.projection} made a state of {self.size:,} characters, the limit is {self.limit:,}. Let its folds "
            f"keep what is asked for, not all that came, then run `chronoscope heal {self.projection}`."
        )


class BadCondition(EventStoreError):
    """A condition that cannot be understood from the character `at` on, counted from 0."""

    def __init__(self, text: str, at: int, problem: str) -> None:
        super().__init__(text, at, problem)
        self.text, self.at, self.problem = text, at, problem

    @property
    def marked(self) -> str:
        """The text on a line, and below it a sign at the place."""
        return f"{' '.join(self.text.splitlines())}\n{' ' * self.at}^"

    def __str__(self) -> str:
        return (
            f"The condition {self.text!r} cannot be read at character {self.at + 1}: {self.problem}. Write one like "
            "status = paid and total > 10."
        )


class NotProjected(EventStoreError):
    """No read model of that name was ever projected in this store. `known` are those that were."""

    def __init__(self, projection: str, known: tuple[str, ...]) -> None:
        super().__init__(projection, known)
        self.projection, self.known = projection, known

    def __str__(self) -> str:
        known = f"It has {', '.join(self.known)}." if self.known else "It has none yet."
        return (
            f"The store has no read model {self.projection!r}. {known} Name its module in `projections` of the "
            "settings, then run `chronoscope project`."
        )


class CheckpointMoved(EventStoreError):
    """Another projector moved a build on first: nothing of this batch was written."""

    def __init__(self, projection: str, build: int, expected: int) -> None:
        super().__init__(projection, build, expected)
        self.projection, self.build, self.expected = projection, build, expected

    def __str__(self) -> str:
        return (
            f"Build {self.build} of {self.projection} no longer stands at position {self.expected}: another projector "
            "moved it on. Nothing of this batch was written; it goes on from where that one is."
        )


class CodeChanged(EventStoreError):
    """The code of a read model is not what its build was made by."""

    def __init__(self, projection: str, build: int) -> None:
        super().__init__(projection, build)
        self.projection, self.build = projection, build

    def __str__(self) -> str:
        return (
            f"Build {self.build} of {self.projection} was made by other code. If the change only repairs what was "
            f"parked, run `chronoscope heal {self.projection} --accept-code`; else `chronoscope project` makes a new "
            "build beside it."
        )


class CodeTouchesMore(EventStoreError):
    """Changed code gives other states than those that it was to repair. `key` is one such, from `position` on."""

    def __init__(self, projection: str, key: str, position: int) -> None:
        super().__init__(projection, key, position)
        self.projection, self.key, self.position = projection, key, position

    def __str__(self) -> str:
        return (
            f"The changed code of {self.projection} also changes {self.key!r}, which was not parked, from the event at "
            f"position {self.position} on. Nothing was written. Run `chronoscope project`: it makes a new build."
        )
