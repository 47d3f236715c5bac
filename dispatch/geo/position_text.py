"""A pair of numbers in any usual typing -> (lat, lon) in degrees."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    from dispatch.arrays import Point

#: (lat, lon) in the degrees of some datum.

#: Degrees that can be latitude or longitude of a place in China.
_CHINA_LAT: Final = (3.0, 54.0)
_CHINA_LON: Final = (73.0, 136.0)

#: Signs and words in one spelling; longer ones first.
_SPELLINGS: Final = (
    ("″", r"′′|''|[\"“”〃]|秒"),
    ("′", r"[’‘'`´]|分"),
    ("-", "[−–—]"),
    (" n ", r"北纬|纬度|(?<![a-z])(?:latitude|lat|north)(?![a-z])"),
    (" e ", r"东经|经度|(?<![a-z])(?:longitude|long?|lng|east)(?![a-z])"),
    (" s ", "南纬"),
    (" w ", "西经"),
    ("°", "[º˚]|度"),
    (",", "[、;；，|]"),
)
_NUMBER: Final = r"(?<![\d.])[+-]?\d{1,3}(?!\d)(?:\.\d*)?"
_SIXTIETHS: Final = r"[0-5]?\d(?:\.\d*)?"
#: Degrees with their sign, perhaps minutes, perhaps seconds.
_MARKED: Final = (
    rf"({_NUMBER})\s*°(?:\s*({_SIXTIETHS})\s*(?:′|(?=[\s,nsew]|$))"
    rf"(?:\s*({_SIXTIETHS})\s*(?:″|(?=[\s,nsew]|$)))?)?"
)
#: The same without any sign: numbers apart by blanks.
_BARE: Final = (
    rf"({_NUMBER})(?![\d.])(?:\s+({_SIXTIETHS})(?![\d.])"
    rf"(?:\s+({_SIXTIETHS})(?![\d.]))?)?"
)
#: A point of ODK and KoboToolbox: latitude, longitude, height, accuracy.
_SURVEY: Final = re.compile(
    r"([+-]?\d{1,3}\.\d+)\s+([+-]?\d{1,3}\.\d+)"
    r"\s+-?\d{1,4}(?:\.\d*)?(?:\s+\d{1,5}(?:\.\d*)?)?",
    re.ASCII,
)
_SIDE: Final = r"(?<![a-z])([nsew])(?![a-z])"


def plain_text(text: str) -> str:
    """Return a text in half-width letters and one spelling of signs and words."""
    # Before the normal form, which would turn º into o and ″ into ′′.
    text = text.replace("º", "°").replace("″", '"')
    text = unicodedata.normalize("NFKC", text).casefold()
    for sign, pattern in _SPELLINGS:
        text = re.sub(pattern, sign, text)
    return re.sub(r"[\u200b\ufeff]", "", text).strip()


def read_numbers(text: str) -> Point:
    """
    Return (lat, lon) of a text in one spelling.

    Raises
    ------
    MessageError
        If there are not two numbers that can be degrees.
    """
    survey = _SURVEY.fullmatch(text)
    if survey is not None:
        return in_order(float(survey[1]), float(survey[2]))
    angles = _angles(_MARKED, text) if "°" in text else []
    if not angles:
        # Brackets and names, as around the numbers of a program.
        text = re.sub(r"[{}()\[\]<>\"'″′°:=_]", " ", text)
        angles = _angles(_BARE, text) or _pair(text)
    if len(angles) != 2:
        raise MessageError(say("position_not_understood"))
    (one, one_side), (other, other_side) = angles
    if one_side in ("e", "w") or other_side in ("n", "s"):
        return other, one
    if one_side or other_side:
        return one, other
    return in_order(one, other)


def in_order(one: float, other: float) -> Point:
    """
    Return two degrees as (lat, lon): by what is in China, else lat first.

    Parameters
    ----------
    one, other
        Degrees, in the order in which they were written.
    """
    is_swapped = (
        _CHINA_LON[0] <= one <= _CHINA_LON[1]
        and _CHINA_LAT[0] <= other <= _CHINA_LAT[1]
    )
    return (other, one) if is_swapped else (one, other)


Angles = list[tuple[float, str]]


def _angles(body: str, text: str) -> Angles:
    """Return degrees with their side (n, s, e, w), where any side is given."""
    # A side before the number, or else one behind it.
    pattern = rf"{_SIDE}\s*{body}|{body}(?:\s*{_SIDE})?"
    angles: Angles = []
    for match in re.finditer(pattern, text, re.ASCII):
        before, *first, d, m, s, behind = match.groups()
        parts = first if before else [d, m, s]
        side = before or behind or ""
        angles.append((_degrees(parts, side), side))
    # What is left of 27°75′ must not pass for 27°.
    is_whole = not re.search("[°′″]", re.sub(pattern, "", text, flags=re.ASCII))
    is_sided = any(side for _, side in angles) or "°" in text
    return angles if len(angles) == 2 and is_whole and is_sided else []


def _pair(text: str) -> Angles:
    """Return the two numbers of a text without sides."""
    text = re.sub(_SIDE, " ", text)
    parts = [part.split() for part in re.split(r"[,/]", text) if part.strip()]
    if len(parts) == 1 and len(parts[0]) in (2, 4, 6):
        half = len(parts[0]) // 2
        parts = [parts[0][:half], parts[0][half:]]
    is_clean = len(parts) == 2 and all(
        len(part) <= 3
        and re.fullmatch(_NUMBER, part[0], re.ASCII)
        and all(re.fullmatch(_SIXTIETHS, more, re.ASCII) for more in part[1:])
        for part in parts
    )
    if is_clean:
        return [(_degrees(part, ""), "") for part in parts]
    # Inside other words only a pair of decimals is sure to be a position.
    decimal = r"(?<![\d.])([+-]?\d{1,3}\.\d+)(?![\d.])"
    pairs = re.findall(rf"{decimal}[\s,/]+{decimal}", text, re.ASCII)
    if len(pairs) == 1 and len(re.findall(decimal, text, re.ASCII)) == 2:
        return [(float(number), "") for number in pairs[0]]
    return []


def _degrees(parts: list[str], side: str) -> float:
    degrees, minutes, seconds = (float(part or 0) for part in [*parts, "", ""][:3])
    size = abs(degrees) + minutes / 60 + seconds / 3600
    is_negative = parts[0].startswith("-") != (side in ("s", "w"))
    return -size if is_negative else size
