"""One figure: what was done, how often harm came of it, and how often the naive control came to harm."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A claim with its counts. It holds where no harm was seen and the control was harmed.

    `flaws` count what would make the figure itself worthless, a fault that was never met; they are told only then.
    """

    name: str
    place: str
    did: str
    harms: Mapping[str, int]
    control: str
    control_harms: Mapping[str, int]
    flaws: Mapping[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the subject kept its promise and the control, which cannot, was seen to break it."""
        return not self.fault

    @property
    def fault(self) -> str:
        """Why the figure does not hold; empty where it does."""
        if any(self.flaws.values()):
            return f"{self.name} {self.place}: the figure proves nothing: {counted(self.flaws)}"
        if any(self.harms.values()):
            return f"{self.name} {self.place}: harm was done: {counted(self.harms)}"
        if not any(self.control_harms.values()):
            return f"{self.name} {self.place}: the control came to no harm, so the figure proves nothing"
        return ""

    def cells(self) -> list[str]:
        """The figure as a row of the table."""
        return [self.name, self.place, self.did, counted(self.harms), f"{self.control}: {counted(self.control_harms)}"]


HEADS = ("figure", "on", "what was done", "harm", "naive control, which must fail")


def counted(harms: Mapping[str, int]) -> str:
    """`0 lost, 0 doubled`."""
    return ", ".join(f"{number:,} {what}" for what, number in harms.items())
