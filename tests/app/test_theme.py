"""The palettes hold what was measured: contrast, and distance for colour-blind viewers; the shipped file has them."""

import tomllib
from collections.abc import Sequence
from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
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


Lab = tuple[float, float, float]


def distance(one: Lab, other: Lab) -> float:
    """CIEDE2000, as Sharma, Wu and Dalal wrote it down in 2005."""
    mean = (hypot(*one[1:]) + hypot(*other[1:])) / 2
    grey = 0.5 * (1 - sqrt(mean**7 / (mean**7 + 25**7)))
    (l1, c1, h1), (l2, c2, h2) = (polar(lab, grey) for lab in (one, other))
    turn = 0.0 if not c1 * c2 else (h2 - h1 + 180) % 360 - 180
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = h1 + h2 if not c1 * c2 else (h1 + turn / 2) % 360
    t = 1 - 0.17 * cosine(hue - 30) + 0.24 * cosine(2 * hue) + 0.32 * cosine(3 * hue + 6) - 0.2 * cosine(4 * hue - 63)
    s_l = 1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2)
    by_l, by_c = (l2 - l1) / s_l, (c2 - c1) / (1 + 0.045 * chroma)
    by_h = 2 * sqrt(c1 * c2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma * t)
    skew = -sin(radians(60 * exp(-(((hue - 275) / 25) ** 2)))) * 2 * sqrt(chroma**7 / (chroma**7 + 25**7))
    return sqrt(by_l**2 + by_c**2 + by_h**2 + skew * by_c * by_h)


def polar(lab: Lab, grey: float) -> Lab:
    a = lab[1] * (1 + grey)
    return lab[0], hypot(a, lab[2]), degrees(atan2(lab[2], a)) % 360


def cosine(angle: float) -> float:
    return cos(radians(angle))


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ],
)
def test_distances_of_known_pairs(one: Lab, other: Lab, wanted: float) -> None:
    assert distance(one, other) == pytest.approx(wanted, abs=0.0001)
    assert distance(other, one) == pytest.approx(wanted, abs=0.0001)


def closest(colours: Sequence[str], deficiency: str) -> tuple[float, str, str]:
    """The pair that looks most alike."""
    matrix = DEFICIENCIES.get(deficiency)
    return min((distance(seen(a, matrix), seen(b, matrix)), a, b) for a, b in combinations(colours, 2))


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("eyes", ["all colours", *DEFICIENCIES])
def test_no_two_colours_that_mean_something_look_the_same(name: str, eyes: str) -> None:
    found = PALETTES[name]
    assert closest([*found.tones.values()], eyes) >= (12,)
    assert closest(found.hues, eyes) >= (12,)
    assert closest((found.before, found.after), eyes) >= (40,)


def test_the_control_pair_fails() -> None:
    assert closest(("#E03030", "#309030"), "all colours") >= (12,)
    assert closest(("#B06030", "#708030"), "deutan") < (12,)


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
