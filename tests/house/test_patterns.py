"""Each pattern has a page of one screen: what it is, where it stands, how to watch it, its proof, and a picture."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.shop.write_patterns import MOST, PATTERNS, PICTURES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "patterns"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != "overview.md")
PARTS = ("**What it is.**", "**Where it stands.**", "**Watch it.**", "**Proved in**")
SCREEN = 40
"""How many lines are one screen."""


def links(page: Path, folder: str = "") -> list[str]:
    """The pattern pages that it leads to, in their order."""
    return re.findall(rf"\]\({folder}(\w+)\.md\)", page.read_text(encoding="utf-8"))


def parts(page: Path) -> dict[str, str]:
    """The text of each of the four parts, up to the next one."""
    text = page.read_text(encoding="utf-8")
    places = [text.find(part) for part in PARTS]
    assert -1 not in places, f"{page.name} has no {PARTS[places.index(-1)]}"
    assert places == sorted(places)
    return {part: text[begin:end] for part, begin, end in zip(PARTS, places, [*places[1:], None], strict=True)}


def test_the_overview_the_shops_page_and_the_pictures_have_each_pattern() -> None:
    names = [page.stem for page in PAGES]
    assert sorted(links(FOLDER / "overview.md")) == names
    assert sorted(set(links(ROOT / "docs" / "shop.md", "patterns/")) - {"overview"}) == names
    assert sorted(PATTERNS) == names
    assert sorted(picture.stem for picture in PICTURES.iterdir()) == names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_parts_on_one_screen(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= SCREEN
    found = parts(page)
    assert re.search(r"`seed/shop/[\w/]+\.py`", found["**Where it stands.**"])
    assert re.search(r"\*(Time machine|Events|Read models|Services|Logs)\*", found["**Watch it.**"])
    proofs = [ROOT / "tests" / "shop" / name for name in re.findall(r"\b(test_\w+\.py)`", found["**Proved in**"])]
    assert proofs
    assert all("def test_" in proof.read_text(encoding="utf-8") for proof in proofs)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_its_picture(page: Path) -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(\.\./images/patterns/(\w+)\.png\)", page.read_text(encoding="utf-8"))
    assert [name for _, name in shown] == [page.stem]
    picture = PICTURES / f"{page.stem}.png"
    assert picture.stat().st_size <= MOST
    with Image.open(picture) as opened:
        assert opened.width == 1280
