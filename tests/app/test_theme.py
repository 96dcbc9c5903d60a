"""The palettes hold what was measured: contrast, and distance for colour-blind viewers; the shipped file has them."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

import app
from app.theme import DARK, ICONS, LIGHT, Palette, Tone, colours, palette, tone

CONFIG = Path(app.__file__).parent / ".streamlit" / "config.toml"
PALETTES = {"light": LIGHT, "dark": DARK}

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
DEFICIENCIES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", PALETTES)
def test_text_and_status_can_be_read(name: str) -> None:
    found = PALETTES[name]
    for surface in (found.page, found.panel):
        for text in (found.ink, found.muted, *found.tones.values()):
            assert contrast(text, surface) >= 4.5, (text, surface)


@pytest.mark.parametrize("name", PALETTES)
def test_marks_can_be_seen(name: str) -> None:
    found = PALETTES[name]
    for mark in (*found.hues, found.accent, found.before, found.after):
        assert contrast(mark, found.page) >= 3.0, mark


def seen(colour: str, matrix: tuple[tuple[float, ...], ...] | None) -> tuple[float, float, float]:
    """The colour in CIELAB as seen with the deficiency."""
    rgb = linear(colour)
    if matrix is not None:
        rgb = tuple(min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in matrix)
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * c for m, c in zip(row, rgb, strict=True)) for row in to_xyz]
    x, y, z = (
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in (one / white for one, white in zip(xyz, (0.95047, 1.0, 1.08883), strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_no_two_tones_look_the_same(name: str, deficiency: str) -> None:
    for one, other in combinations(PALETTES[name].tones.values(), 2):
        pair = (seen(one, DEFICIENCIES[deficiency]), seen(other, DEFICIENCIES[deficiency]))
        assert sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 >= 12, (one, other)


def test_the_control_pair_fails() -> None:
    red, green = "#E03030", "#309030"
    pair = (seen(red, DEFICIENCIES["deutan"]), seen(green, DEFICIENCIES["deutan"]))
    assert abs(pair[0][1] - pair[1][1]) < 12


@pytest.mark.parametrize("name", PALETTES)
def test_the_shipped_file_has_the_palette(name: str) -> None:
    theme = tomllib.loads(CONFIG.read_text())["theme"][name]
    found: Palette = PALETTES[name]
    assert theme["backgroundColor"] == found.page
    assert theme["secondaryBackgroundColor"] == found.panel
    assert theme["textColor"] == found.ink
    assert theme["primaryColor"] == found.accent
    assert theme["borderColor"] == found.line


def test_each_tone_has_its_own_icon() -> None:
    assert len({ICONS[one] for one in Tone}) == len(Tone)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Order Shipped", Tone.ACTIVE),
        ("PaymentCompleted", Tone.DONE),
        ("payment_failed", Tone.FAILED),
        ("Payment Requested", Tone.WAITING),
        ("Order Refunded", Tone.UNDONE),
        ("Message", Tone.UNKNOWN),
        ("", Tone.UNKNOWN),
    ],
)
def test_what_a_status_means(word: str, meant: Tone) -> None:
    assert tone(word) is meant


def test_categories_beyond_the_hues_are_grey() -> None:
    found = colours(DARK, [f"c{number}" for number in range(10)])
    assert list(found.values()) == [*DARK.hues, DARK.muted, DARK.muted]


def test_the_palette_follows_the_browser() -> None:
    assert palette("light") is LIGHT
    assert palette(None) is DARK
