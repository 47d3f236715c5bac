"""What is wrong with a ``plan.json``, in our words, with its path and value."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from dispatch.errors import Problem
from dispatch.files.plan.document import MISSING_WHOLE, plan_schema
from dispatch.words.message import say

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from dispatch.words.message import Message

#: More are not told: the first of them explain the rest.
_MAX_PROBLEMS: Final = 200
_NULL: Final = {"type": "null"}
#: What is said of each kind of error.
_SAID: Final = {
    MISSING_WHOLE: "json_whole_missing",
    "int_type": "must_be_whole",
    "float_type": "must_be_number",
    "finite_number": "must_be_number",
    "string_type": "json_text",
    "string_too_short": "json_text",
    "tuple_type": "json_list",
    "dict_type": "json_object",
}


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """
    Return everything that is wrong, one problem a field.

    Parameters
    ----------
    error
        From validating a document.
    file
        Name for the messages.
    """
    details = error.errors(include_url=False)[:_MAX_PROBLEMS]
    return [_problem(detail, file) for detail in details]


def _problem(error: ErrorDetails, file: str) -> Problem:
    """Return what is wrong in one field, in our words, with its path and value."""
    path = ""
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    value = error["input"]
    is_shown = error["type"] != "missing" and value is not None
    is_shown &= not isinstance(value, (dict, list))
    return Problem(
        file,
        _message_of(error),
        column=path.removeprefix(".") or None,
        value=str(value)[:60] if is_shown else None,
    )


def _message_of(error: ErrorDetails) -> Message:
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "missing":
        wanted = str(_schema_at(error["loc"]).get("type"))
        missing = {"array": "json_list_missing", "integer": "json_whole_missing"}
        return say(missing.get(wanted, "json_text_missing"))
    if kind == "literal_error":
        known = _schema_at(error["loc"])
        if "const" in known:
            return say("plan_format", format=known["const"])
        return say("json_choice", known=", ".join(known["enum"]))
    if kind == "greater_than_equal":
        return say("must_be_at_least", low=limits["ge"])
    if kind == "less_than_equal":
        return say("must_be_at_most", high=limits["le"])
    if kind == "model_type":
        is_named = bool(error["loc"]) and isinstance(error["loc"][-1], str)
        return say("json_object" if is_named else "json_object_example")
    key = _SAID.get(kind)
    return say("json_unusable", what=error["msg"]) if key is None else say(key)


@cache
def _schema() -> dict[str, Any]:
    return plan_schema()


def _schema_at(path: tuple[str | int, ...]) -> dict[str, Any]:
    """Return what the schema says of a place in the document."""
    node = _schema()
    for part in path:
        node = node["items"] if isinstance(part, int) else node["properties"][part]
        node = next((one for one in node.get("anyOf", ()) if one != _NULL), node)
        if "$ref" in node:
            node = _schema()["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node
