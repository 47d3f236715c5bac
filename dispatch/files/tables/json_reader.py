"""Reading a JSON document key by key, with a path to everything that is wrong."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.tables.raw import TableError, decode
from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True, slots=True)
class Node:
    """One object of the document; its readers add problems instead of raising."""

    value: Any
    path: str
    file: str
    problems: list[Problem]

    def _where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, message: Message) -> None:
        """
        Add a problem at a key.

        Parameters
        ----------
        key
            Key of this object, or empty for the object itself.
        message
            What is wrong there.
        """
        if len(self.problems) >= _MAX_PROBLEMS:
            return
        value = self.value.get(key) if isinstance(self.value, dict) else self.value
        text = None
        if not isinstance(value, (dict, list)) and value is not None:
            text = str(value)[:60]
        self.problems.append(
            Problem(self.file, message, column=self._where(key), value=text)
        )

    def is_object(self) -> bool:
        """Whether this is an object; adds a problem if not."""
        if isinstance(self.value, dict):
            return True
        message = say("json_object_example")
        is_plain = not isinstance(self.value, (dict, list))
        shown = str(self.value)[:60] if is_plain else None
        self.problems.append(
            Problem(self.file, message, column=self.path or None, value=shown)
        )
        return False

    def _get(self, key: str) -> Any:
        return self.value.get(key) if isinstance(self.value, dict) else None

    def is_null(self, key: str) -> bool:
        """Whether a key is missing or null."""
        return self._get(key) is None

    def child(self, key: str) -> Node:
        """Return the object at a key; an empty one where it is missing."""
        value = self._get(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(key, say("json_object"))
            value = None
        return Node(value or {}, self._where(key), self.file, self.problems)

    def items(self, key: str, *, required: bool = False) -> list[Node]:
        """
        Return the objects of the list at a key.

        Parameters
        ----------
        key
            Key of this object.
        required
            Whether a missing list is a problem; else it counts as empty.
        """
        value = self._get(key)
        if value is None:
            if required:
                self.wrong(key, say("json_list_missing"))
            return []
        if not isinstance(value, list):
            self.wrong(key, say("json_list"))
            return []
        nodes = []
        for position, item in enumerate(value):
            where = f"{self._where(key)}[{position}]"
            node = Node(item, where, self.file, self.problems)
            if node.is_object():
                nodes.append(node)
        return nodes

    def text(self, key: str, *, default: str | None = None) -> str:
        """
        Return the text at a key; without a default it must be there.

        Parameters
        ----------
        key
            Key of this object.
        default
            What a missing key means; None: it must be there.
        """
        value = self._get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)  # an id that lost its quotation marks
        if not isinstance(value, str) or (not value and default is None):
            self.wrong(key, say("json_text_missing" if value is None else "json_text"))
            return ""
        return value

    def choice(
        self, key: str, known: Sequence[str], *, default: str | None = None
    ) -> str:
        """
        Return one of a closed list of texts.

        Parameters
        ----------
        key
            Key of this object.
        known
            The texts that are allowed; the first stands in for a wrong one.
        default
            What a missing key means; None: it must be there.
        """
        chosen = self.text(key, default=default)
        if chosen in known:
            return chosen
        if chosen:
            self.wrong(key, say("json_choice", known=", ".join(known)))
        return known[0]

    def whole(
        self, key: str, *, default: int | None = None, low: int = 0, high: int = 10**12
    ) -> int:
        """
        Return the whole number at a key; without a default it must be there.

        Parameters
        ----------
        key
            Key of this object.
        default
            What a missing key means; None: it must be there.
        low, high
            Range, both included; anything outside is a problem and read as ``low``.
        """
        value = self._get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            what = "json_whole_missing" if value is None else "must_be_whole"
            self.wrong(key, say(what))
            return max(low, 0)
        if not low <= value <= high:
            if value < low:
                self.wrong(key, say("must_be_at_least", low=low))
            else:
                self.wrong(key, say("must_be_at_most", high=high))
            return max(low, 0)
        return value

    def number(self, key: str, *, default: float) -> float:
        """
        Return the number at a key.

        Parameters
        ----------
        key
            Key of this object.
        default
            What a missing key means, and what stands in for a wrong value.
        """
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.wrong(key, say("must_be_number"))
            return default
        return float(value) if math.isfinite(value) else default
