"""The sheet of keys tells every shortcut that there is."""

import re
from pathlib import Path

import app

FOLDER = Path(app.__file__).parent / "components" / "keys"

AS_TOLD = {"ArrowLeft": "←", "ArrowRight": "→", " ": "Space", "<": "Shift", ">": "Shift", "A": "Shift"}
"""How the sheet calls a key where it is not by itself."""

SILENT = {"Escape"}
"""It closes what is open, as everywhere."""


def bound() -> set[str]:
    """The single keys that are listened to, and the letters behind `g`."""
    script = (FOLDER / "keys.js").read_text(encoding="utf-8")
    single = script[script.index("const single = {") : script.index("window.addEventListener")]
    keys = {one or other for one, other in re.findall(r'(?:"([^"]+)"|\b([A-Za-z]+)): ?(?:\(|search)', single)}
    (chords,) = re.findall(r"\$\{\{ (.*?) \}\[key\]", script)
    return keys | set(re.findall(r"\b([a-z]): \"", chords))


def test_the_sheet_tells_every_key() -> None:
    told = set(re.findall(r"<kbd>(.*?)</kbd>", (FOLDER / "keys.html").read_text(encoding="utf-8")))
    keys = bound()
    assert {"/", "?", "g", "n", "j", "y", " ", "ArrowLeft", "o", "h"} <= keys
    assert {AS_TOLD.get(key, key) for key in keys - SILENT} - told == set()
