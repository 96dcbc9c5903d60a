"""Take the pictures of `docs/patterns` of a living shop, in six minutes: `python -m tests.shop.write_patterns`.

First the shop lives for a while (`staged.py`). The pictures are taken of the store that it left, at the moments when
each pattern was at work.
"""

import io
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser

from eventstore import EventStore, RecordedEvent
from seed.shop.settings import Saga
from tests.browser.pages import PATIENCE, Window
from tests.browser.served import ROOT, dashboard
from tests.browser.write_tour import SIZE
from tests.parts import browser
from tests.shop.staged import SCENES, Notes, staged

PICTURES = ROOT / "docs" / "images" / "patterns"
MOST = 80_000
"""How many bytes a picture may have."""

COLOURS = (256, 192, 128, 96)

TO_THE_BAR = "text => { text.style.scrollMarginTop = '138px'; text.scrollIntoView({block: 'start'}); }"


class Past:
    """What a run left: its events, and the notes of its scenes."""

    def __init__(self, store: EventStore, notes: Notes) -> None:
        self._store, self.notes = store, notes

    def event(self, category: str, scene: str, type_: str) -> RecordedEvent:
        """The event of that type of the scene's order, payment or other thing."""
        stream = f"{category}-{self.notes[scene]}"
        return next(event for event in self._store.read_stream(stream) if event.type == type_)

    def line(self, scene: str, message: str) -> Mapping[str, str]:
        """The trace of the scene's order, and the place of a log line in it."""
        flow = str(self.event("order", scene, "Order Created").correlation_id)
        lines = [one for one in self._store.flow(flow) if one.category == "log" and one.data["message"] == message]
        return {"trace": flow, "e": str(lines[0].position)}


Asked = Callable[[Past], Mapping[str, str]]
"""What a page is asked: the parameters of its address."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Of which page, asked what. `shows` is what must be on it, in the tab of that name where there is one; with
    `below_bar` the page is scrolled until that stands below the moment bar.
    """

    page: str
    asked: Asked
    shows: str
    tab: str = ""
    below_bar: bool = False
    saga: Saga = "choreographed"


def event(category: str, scene: str, type_: str) -> Asked:
    """The event, open beside those of its stream."""

    def asked(past: Past) -> Mapping[str, str]:
        found = past.event(category, scene, type_)
        return {"stream": found.stream, "e": str(found.position)}

    return asked


def key(category: str, scene: str, type_: str) -> Asked:
    """The key's story, at that event."""

    def asked(past: Past) -> Mapping[str, str]:
        found = past.event(category, scene, type_)
        return {"k": found.stream, "e": str(found.position)}

    return asked


def flow(category: str, scene: str, type_: str) -> Asked:
    """Everything that belongs to the trace of that event."""
    return lambda past: {"q": str(past.event(category, scene, type_).correlation_id)}


def line(scene: str, message: str) -> Asked:
    """The log lines of the trace of the scene's order, one of them open."""
    return lambda past: past.line(scene, message)


def moment(scene: str, **more: str) -> Asked:
    """The moment that the scene noted."""
    return lambda past: {"t": past.notes[scene], **more}


PATTERNS: Mapping[str, Picture] = {
    "bus": Picture("order", key("order", "whole", "Order Paid"), "Flow", below_bar=True),
    "outbox": Picture("events", event("payment", "waiting", "Payment Completed"), "the producer's clock"),
    "inbox": Picture("events", event("order", "twice", "Order Confirmed"), "repeated", tab="Origin"),
    "databases": Picture("order", key("order", "whole", "Order Delivered"), "by Order Delivered #6"),
    "sourcing": Picture("order", key("order", "whole", "Order Paid"), "by Order Paid #3"),
    "cqrs": Picture("services", moment("no writer"), "order-views"),
    "carried": Picture("order", key("order", "carried", "Order Confirmed"), "by Order Confirmed #2"),
    "upcasting": Picture("order", key("order", "first shape", "Order Created"), "State", below_bar=True),
    "idempotency": Picture("order", key("payment", "asked again", "Payment Completed"), "by Payment Completed #"),
    "choreography": Picture("order", key("order", "undone", "Order Cancelled"), "Flow", below_bar=True),
    "orchestration": Picture(
        "order", key("order", "undone", "Order Created"), "Flow", below_bar=True, saga="orchestrated"
    ),
    "trace": Picture("events", flow("order", "whole", "Order Paid"), "log-shipping"),
    "breaker": Picture("services", moment("slow"), "open, "),
    "bulkhead": Picture("services", moment("slow still"), "How it spread", below_bar=True),
    "discovery": Picture("services", moment("third"), "3 of 3 up"),
    "troubles": Picture("services", moment("cut off"), "0 of 2 up"),
    "gateway": Picture("services", moment("killed"), "0 of 2 up"),
    "sidecar": Picture("logs", line("undone", "Order Cancelled"), "Shipment Refused"),
}
"""The picture of each pattern's page, by its name."""


def take(pattern: str, past: Past, address: str, chromium: Browser) -> None:
    """Take the picture of a pattern."""
    picture = PATTERNS[pattern]
    with closing(chromium.new_context(viewport=SIZE, color_scheme="light")) as context:  # type: ignore[arg-type]
        window = Window(context.new_page(), address).open(f"/{picture.page}?{urlencode(picture.asked(past))}")
        if picture.tab:
            window.page.get_by_role("tab", name=picture.tab).click()
        text = window.page.get_by_text(picture.shows).filter(visible=True).first
        text.wait_for(timeout=PATIENCE * 1_000)
        if picture.below_bar:
            text.evaluate(TO_THE_BAR)
        window.until("() => !document.querySelector('[data-testid=stSkeleton]')")
        window.settled().page.wait_for_timeout(800)  # for what fades in
        shot = Image.open(io.BytesIO(window.page.screenshot())).convert("RGB")
        (PICTURES / f"{pattern}.png").write_bytes(small(shot))


def small(shot: Image.Image) -> bytes:
    """The picture with the most colours for which it has bytes."""
    return next(written for written in (png(shot, colours) for colours in COLOURS) if len(written) <= MOST)


def png(shot: Image.Image, colours: int) -> bytes:
    """The picture with so many colours."""
    written = io.BytesIO()
    shot.quantize(colours, kmeans=2).save(written, "PNG", optimize=True)
    return written.getvalue()


def take_all(saga: Saga, folder: Path, notes: Notes) -> None:
    """The pictures of what one run left in the folder."""
    with (
        browser.browser() as chromium,
        EventStore.open(f"sqlite:///{folder / 'shop.db'}") as store,
        dashboard(folder / "shop.db") as address,
    ):
        with closing(chromium.new_context()) as context:
            Window(context.new_page(), address).open()  # the first page of a fresh server imports what it needs
        for pattern in (name for name, picture in PATTERNS.items() if picture.saga == saga):
            take(pattern, Past(store, notes), address, chromium)


def main() -> None:
    """Let the shop live both ways, and take the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for saga, play in SCENES.items():
        with tempfile.TemporaryDirectory() as place:
            with staged(Path(place), saga) as stage:
                notes = play(stage)
            take_all(saga, Path(place), notes)


if __name__ == "__main__":
    main()
