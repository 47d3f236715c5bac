"""Reading a JSON document key by key, with a path to everything that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.tables.raw import TableError, decode
from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    from dispatch.words.message import Message

_MAX_PROBLEMS: Final = 200
#: Stops, bands and villages of a plan of 5,000 places are 100,000.
MAX_PLAN_PARTS: Final = 400_000
#: Points of a line are lists as well.
MAX_GEOJSON_PARTS: Final = 900_000


def check_parts(data: bytes, file: str, most: int) -> None:
    """
    Raise if a document has more lists and objects, or values, than its limit.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.
    most
        Lists and objects; of values and keys there may be three times as many. A
        number takes 32 bytes in memory, a list at least twice that.

    Raises
    ------
    TableError
        If it has more.
    """
    num = data.count(b"[") + data.count(b"{")
    if num > most or max(data.count(b","), data.count(b":")) > 3 * most:
        raise TableError(Problem(file, say("json_too_many", most=most)))


def load_geojson(data: bytes, file: str) -> Any:
    """
    Return the document of a GeoJSON file.

    Parameters
    ----------
    data
        Content of the file.
    file
        Name of the file, for messages.

    Raises
    ------
    TableError
        If it is too large, too deep or no text.
    json.JSONDecodeError
        If it is no JSON.
    """
    check_parts(data, file, MAX_GEOJSON_PARTS)
    text = decode(data, file)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise TableError(Problem(file, _unusable(error))) from error


def _unusable(error: Exception) -> Message:
    """Return what is wrong with JSON that Python cannot hold."""
    is_deep = isinstance(error, RecursionError)
    what = say("json_too_deep") if is_deep else say("json_digits")
    return say("json_unusable", what=what)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]  # adds, and is None
        raise MessageError(say("json_key_twice", key=twice))
    return document


def _refuse_constant(text: str) -> float:
    raise MessageError(say("json_no_number", text=text))


def parse_json(text: str, file: str) -> Any:
    """
    Return the document.

    Parameters
    ----------
    text
        The document.
    file
        Name of the file, for messages.

    Raises
    ------
    TableError
        If it is no JSON, with line and column; if a key stands twice or a number is not
        finite; if it is nested too deep.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        message = say(
            "json_broken", error=error.msg, line=error.lineno, column=error.colno
        )
        raise TableError(Problem(file, message, row=error.lineno)) from error
    except MessageError as error:
        message = say("json_unusable", what=error.message)
        raise TableError(Problem(file, message)) from error
    except (ValueError, RecursionError) as error:
        raise TableError(Problem(file, _unusable(error))) from error
