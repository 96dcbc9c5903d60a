"""Colours: two palettes checked for contrast and for colour-blind viewers, and which colour means what. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a status means for the person who looks; each has its own icon, so colour is never alone."""

    DONE = "done"
    ACTIVE = "active"
    WAITING = "waiting"
    FAILED = "failed"
    UNDONE = "undone"
    UNKNOWN = "unknown"


ICONS = {
    Tone.DONE: "✓",
    Tone.ACTIVE: "▶",
    Tone.WAITING: "◷",
    Tone.FAILED: "✕",
    Tone.UNDONE: "↺",
    Tone.UNKNOWN: "·",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme. `hues` tell categories apart and are for bars and dots only, never for text."""

    page: str
    panel: str
    ink: str
    muted: str
    line: str
    accent: str
    before: str
    after: str
    tones: dict[Tone, str]
    hues: tuple[str, ...]


LIGHT = Palette(
    page="#FFFFFF",
    panel="#F6F8FA",
    ink="#1B2430",
    muted="#5B6675",
    line="#D8DEE4",
    accent="#0B6BCB",
    before="#B54708",
    after="#0B6BCB",
    tones={
        Tone.DONE: "#247766",
        Tone.ACTIVE: "#003F7F",
        Tone.WAITING: "#7F6100",
        Tone.FAILED: "#730E03",
        Tone.UNDONE: "#8E59BA",
        Tone.UNKNOWN: "#3C3B37",
    },
    hues=("#66333C", "#AA7867", "#4F591A", "#009300", "#086962", "#003753", "#787FBC", "#DC2893"),
)

DARK = Palette(
    page="#0E1117",
    panel="#161B22",
    ink="#E2E8F0",
    muted="#97A3B4",
    line="#2B323C",
    accent="#6CB6FF",
    before="#FFB27A",
    after="#6CB6FF",
    tones={
        Tone.DONE: "#A4EFD6",
        Tone.ACTIVE: "#0D88FE",
        Tone.WAITING: "#FFB13E",
        Tone.FAILED: "#E74C4D",
        Tone.UNDONE: "#DCC0FF",
        Tone.UNKNOWN: "#9A9994",
    },
    hues=("#CA3216", "#A98C6C", "#ACBC00", "#00FF9F", "#3B7F80", "#46B4FF", "#9356DC", "#FFC8E4"),
)

_WORDS = {
    Tone.DONE: (
        *("delivered", "completed", "captured", "succeeded", "done", "paid", "registered", "sent", "active"),
        *("up", "healthy"),
    ),
    Tone.ACTIVE: ("created", "confirmed", "packed", "shipped", "reserved", "running", "started", "placed", "updated"),
    Tone.WAITING: ("requested", "pending", "waiting", "delayed", "retry", "retrying", "connecting", "scheduled"),
    Tone.FAILED: ("failed", "declined", "error", "rejected", "lost", "stopped", "stuck", "expired", "unhealthy"),
    Tone.UNDONE: ("cancelled", "canceled", "refunded", "released", "returned", "removed", "deleted", "tombstone"),
}
_TONES = {word: tone for tone, words in _WORDS.items() for word in words}


def palette(kind: str | None) -> Palette:
    """The palette of Streamlit's theme type, "dark" or "light"; dark where the browser has not said yet."""
    return LIGHT if kind == "light" else DARK


def tone(status: str) -> Tone:
    """What a status or an event type means, by its last word: "Payment Failed" is a failure."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in status).replace("_", " ").split()
    return _TONES.get(words[-1].lower(), Tone.UNKNOWN) if words else Tone.UNKNOWN


def meanings() -> dict[str, str]:
    """The words that have a tone, for parts that tell types apart in the browser."""
    return {word: meant.value for word, meant in _TONES.items()}


def colours(colours_of: Palette, categories: Sequence[str]) -> dict[str, str]:
    """A colour per category, in the order of their first appearance; grey where the eight hues are used up."""
    spare = (colours_of.muted,) * max(0, len(categories) - len(colours_of.hues))
    return dict(zip(categories, (*colours_of.hues, *spare), strict=False))
