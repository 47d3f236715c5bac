"""The font of paper documents, and which characters it lacks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fontTools.ttLib import TTCollection  # type: ignore[import-untyped]  # no stubs
from noto_cjk_sans_otc import FONT_PATH  # type: ignore[import-untyped]  # no stubs

if TYPE_CHECKING:
    from collections.abc import Iterable

FONT_FILE: Final = Path(str(FONT_PATH))
_FACE: Final = "Noto Sans CJK SC"
#: Stands for a character that the font lacks.
MISSING_MARK: Final = "〓"


@cache
def font_face() -> int:
    """Return the position of the simplified Chinese face in the collection."""
    with TTCollection(str(FONT_FILE), lazy=True) as collection:
        names = [str(font["name"].getDebugName(4)) for font in collection.fonts]
    return names.index(_FACE)


@cache
def _glyphs() -> frozenset[int]:
    with TTCollection(str(FONT_FILE), lazy=True) as collection:
        return frozenset(collection.fonts[font_face()].getBestCmap())


def missing_glyphs(texts: Iterable[str]) -> list[str]:
    """Return the characters of some texts that the font cannot print, sorted."""
    characters, known = set().union(*texts), _glyphs()
    return sorted(
        char for char in characters if ord(char) not in known and char.isprintable()
    )


def printable(text: str) -> str:
    """Return the text with a mark in place of characters that the font lacks."""
    return "".join(
        char if ord(char) in _glyphs() else MISSING_MARK
        for char in text
        if char.isprintable()
    )
