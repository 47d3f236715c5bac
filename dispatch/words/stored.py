"""Messages as values of JSON and back, equal to what they were."""

from __future__ import annotations

import datetime as dt
import numbers
from pathlib import Path
from typing import Any, Final, cast

from dispatch.words.message import Listed, Message, known_message, say

#: What a message raises that hands or another version of the program have made.
_BROKEN: Final = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
)


def stored_message(message: Message) -> dict[str, Any]:
    """
    Return a message as JSON values: its key, its fields, and its text.

    Notes
    -----
    The Chinese text is for a version of the program that no longer knows the key.
    """
    return {**_plain(message), "text": message.text("zh")}


def message_of(value: Any) -> Message:
    """
    Return the message that was stored; one that this version does not know as text.

    Raises
    ------
    ValueError
        If the value is no stored message.
    """
    if not isinstance(value, dict):
        raise ValueError("not a stored message")
    try:
        message = _message(value)
        # A field of another kind than a blank's format takes is found only so.
        message.text("zh")
        message.text("en")
    except _BROKEN:
        return say("note_as_written", text=str(value.get("text", "")))
    return message


def _plain(item: object) -> Any:
    """Return what stands in a blank as JSON values."""
    if isinstance(item, Listed):
        return {"parts": [_plain(part) for part in item.parts], "marks": [*item.marks]}
    if isinstance(item, Message):
        fields = {name: _plain(value) for name, value in item.fields}
        return {"key": item.key, "fields": fields}
    if item is None or isinstance(item, (str, bool, int, float)):
        return item
    if isinstance(item, numbers.Integral):
        return int(item)  # of numpy
    if isinstance(item, dt.date) and not isinstance(item, dt.datetime):
        return {"date": item.isoformat()}
    if isinstance(item, Path):
        return {"path": str(item)}
    if isinstance(item, tuple):
        return {"items": [_plain(part) for part in item]}
    return str(item)


def _message(value: dict[str, Any]) -> Message:
    if "parts" in value:
        parts = tuple(_item(part) for part in value["parts"])
        before, after = value["marks"]
        return Listed("", parts=cast("Any", parts), marks=(before, after))
    fields = {name: _item(field) for name, field in value["fields"].items()}
    known = known_message(value["key"], fields)
    if known is None:
        raise KeyError(value["key"])
    return known


def _item(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    if "date" in value:
        return dt.date.fromisoformat(value["date"])
    if "path" in value:
        return Path(value["path"])
    if "items" in value:
        return tuple(_item(part) for part in value["items"])
    return _message(value)
