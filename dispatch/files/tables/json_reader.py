"""Reading a JSON document key by key, with a path to everything that is wrong."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.tables.raw import TableError, decode
from dispatch.words.message import SaidError, say

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
    most
        Lists and objects; of values and keys there may be three times as many. A
        number takes 32 bytes in memory, a list at least twice that.
    """
    num = data.count(b"[") + data.count(b"{")
    if num > most or max(data.count(b","), data.count(b":")) > 3 * most:
        raise TableError(Problem(file, say("json_too_many", most=most)))


def load_geojson(data: bytes, file: str) -> Any:
    """
    Return the document of a GeoJSON file.

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
        raise SaidError(say("json_key_twice", key=twice))
    return document


def _refuse_constant(text: str) -> float:
    raise SaidError(say("json_no_number", text=text))


def parse_json(text: str, file: str) -> Any:
    """
    Return the document.

    Raises
    ------
    TableError
        If it is no JSON, with line and column.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        said = say(
            "json_broken", error=error.msg, line=error.lineno, column=error.colno
        )
        raise TableError(Problem(file, said, row=error.lineno)) from error
    except SaidError as error:
        said = say("json_unusable", what=error.said)
        raise TableError(Problem(file, said)) from error
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

    def wrong(self, key: str, said: Message) -> None:
        """Add a problem at a key."""
        if len(self.problems) >= _MAX_PROBLEMS:
            return
        found = self.value.get(key) if isinstance(self.value, dict) else self.value
        text = None
        if not isinstance(found, (dict, list)) and found is not None:
            text = str(found)[:60]
        self.problems.append(
            Problem(self.file, said, column=self._where(key), value=text)
        )

    def is_object(self) -> bool:
        """Whether this is an object; adds a problem if not."""
        if isinstance(self.value, dict):
            return True
        said = say("json_object_example")
        is_plain = not isinstance(self.value, (dict, list))
        shown = str(self.value)[:60] if is_plain else None
        self.problems.append(
            Problem(self.file, said, column=self.path or None, value=shown)
        )
        return False

    def _get(self, key: str) -> Any:
        return self.value.get(key) if isinstance(self.value, dict) else None

    def is_null(self, key: str) -> bool:
        """Whether a key is missing or null."""
        return self._get(key) is None

    def child(self, key: str) -> Node:
        """Return the object at a key; an empty one where it is missing."""
        found = self._get(key)
        if found is not None and not isinstance(found, dict):
            self.wrong(key, say("json_object"))
            found = None
        return Node(found or {}, self._where(key), self.file, self.problems)

    def items(self, key: str, *, required: bool = False) -> list[Node]:
        """Return the objects of the list at a key."""
        found = self._get(key)
        if found is None:
            if required:
                self.wrong(key, say("json_list_missing"))
            return []
        if not isinstance(found, list):
            self.wrong(key, say("json_list"))
            return []
        nodes = []
        for position, item in enumerate(found):
            where = f"{self._where(key)}[{position}]"
            node = Node(item, where, self.file, self.problems)
            if node.is_object():
                nodes.append(node)
        return nodes

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return the text at a key; without a default it must be there."""
        found = self._get(key)
        if found is None and default is not None:
            return default
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)  # an id that lost its quotation marks
        if not isinstance(found, str) or (not found and default is None):
            self.wrong(key, say("json_text_missing" if found is None else "json_text"))
            return ""
        return found

    def choice(
        self, key: str, known: Sequence[str], *, default: str | None = None
    ) -> str:
        """Return one of a closed list of texts."""
        found = self.text(key, default=default)
        if found in known:
            return found
        if found:
            self.wrong(key, say("json_choice", known=", ".join(known)))
        return known[0]

    def whole(
        self, key: str, *, default: int | None = None, low: int = 0, high: int = 10**12
    ) -> int:
        """Return the whole number at a key; without a default it must be there."""
        found = self._get(key)
        if found is None and default is not None:
            return default
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int):
            what = "json_whole_missing" if found is None else "must_be_whole"
            self.wrong(key, say(what))
            return max(low, 0)
        if not low <= found <= high:
            if found < low:
                self.wrong(key, say("must_be_at_least", low=low))
            else:
                self.wrong(key, say("must_be_at_most", high=high))
            return max(low, 0)
        return found

    def number(self, key: str, *, default: float) -> float:
        """Return the number at a key."""
        found = self._get(key)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            self.wrong(key, say("must_be_number"))
            return default
        return float(found) if math.isfinite(found) else default
