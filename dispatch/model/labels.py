"""What to call a place where names are not unique."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Place

#: Fewer last digits of a code are too easily mistaken.
_MIN_TAIL: Final = 3


def place_labels(places: Mapping[str, Place]) -> dict[str, str]:
    """
    Return the label to show for every place id: its name, if no other place has it.

    Names that repeat get the township, and where that is not enough the last digits
    of the code, or else of the id: ``和平村（角山镇，…212）``.
    """
    groups: dict[str, dict[str, Place]] = defaultdict(dict)
    for place_id, place in places.items():
        groups[place.name][place_id] = place
    labels: dict[str, str] = {}
    for name, members in groups.items():
        if len(members) == 1:
            labels.update(dict.fromkeys(members, name))
        else:
            labels.update(_apart(name, members))
    return {place_id: labels[place_id] for place_id in places}


def _apart(name: str, members: dict[str, Place]) -> dict[str, str]:
    """Return different labels for places of one name."""
    townships = {label: _township(place) for label, place in members.items()}
    labels = {}
    for township in set(townships.values()):
        ids = [label for label in members if townships[label] == township]
        if len(ids) == 1 and township:
            labels[ids[0]] = f"{name}（{township}）"
            continue
        for place_id, tail in zip(ids, _tails(ids, members), strict=True):
            inside = f"{township}，{tail}" if township else tail
            labels[place_id] = f"{name}（{inside}）"
    return labels


def _township(place: Place) -> str:
    return getattr(place, "township", "")


def code_of(place: Place, place_id: str) -> str:
    """
    Return the statistical code of a place, which may stand in its id; or nothing.

    Parameters
    ----------
    place
        Depot, source or village.
    place_id
        Its id, which may begin with 12 digits.
    """
    code = str(getattr(place, "code", ""))
    match = re.match(r"\d{12}(?!\d)", place_id, re.ASCII)
    return code or (match[0] if match else "")


def _tails(ids: Sequence[str], members: dict[str, Place]) -> list[str]:
    """Return the last digits of the codes that tell places apart, or of the ids."""
    codes = [code_of(members[place_id], place_id) for place_id in ids]
    is_telling = all(codes) and len(set(codes)) == len(codes)
    keys = codes if is_telling else list(ids)
    longest = max(map(len, keys))
    size = next(
        size
        for size in range(min(_MIN_TAIL, longest), longest + 1)
        if len({key[-size:] for key in keys}) == len(keys)
    )
    return [key if len(key) <= size else f"…{key[-size:]}" for key in keys]
