"""Names of places without the end that all of them share, where room is scarce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Fewer letters say nothing of a place.
_MIN_LEFT: Final = 2
#: A shorter end, such as 村, is part of the name.
_MIN_SHARED: Final = 3


def short_names(labels: Mapping[str, str]) -> dict[str, str]:
    """Return names by id, without the end that all share, such as 送水点."""
    names = list(labels.values())
    shared = _shared_end(names) if len(names) > 1 else ""
    room = min((len(name) for name in names), default=0) - _MIN_LEFT
    is_long = len(shared) >= _MIN_SHARED and not shared.isascii()
    size = max(0, min(len(shared), room)) if is_long else 0
    return {key: name[: len(name) - size] for key, name in labels.items()}


def _shared_end(names: Sequence[str]) -> str:
    first = names[0]
    for start in range(len(first)):
        if all(name.endswith(first[start:]) for name in names):
            return first[start:]
    return ""
