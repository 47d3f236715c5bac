"""A hash of all that a plan depends on, by which a plan of older tables is known."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dispatch.model.roads import RoadNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.scenario import Scenario

#: Where a scenario keeps its digest, as it keeps its tables by id.
_KEPT: Final = "_digest"
#: Fields of a scenario that older digests did not have.
_LATER: Final = frozenset({"water", "water_people"})


def digest_of(scenario: Scenario) -> str:
    """Return a hash of everything in a scenario that a plan depends on."""
    # A scenario never changes: pages that ask on every click get it from the first.
    kept = scenario.__dict__.get(_KEPT)
    if kept is not None:
        return str(kept)
    digest = hashlib.sha256()
    # What is only drawn or checked has many points and no effect on a plan.
    # Who is on duty changes nothing that water does.
    bare = replace(
        scenario, folder=None, warnings=(), basemap=(), areas=(), water_people=None
    )
    for part in _parts(bare):
        digest.update(part)
        digest.update(b"\0")
    text = digest.hexdigest()[:20]
    scenario.__dict__[_KEPT] = text
    return text


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, RoadNetwork):
        yield value.digest.encode()  # kept with it: large networks are hashed once
        return
    if is_dataclass(value) and not isinstance(value, type):
        for entry in fields(value):
            # Days of trucks only keep the digest that they had before these fields.
            if entry.name in _LATER and getattr(value, entry.name) is None:
                continue
            yield entry.name.encode()
            yield from _parts(getattr(value, entry.name))
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, tuple):
        yield f"tuple {len(value)}".encode()
        for item in value:
            yield from _parts(item)
    else:
        yield repr(value).encode()


def is_same(one: Any, other: Any) -> bool:
    """
    Whether two values of a scenario say the same, arrays and networks too.

    Parameters
    ----------
    one, other
        Rows, settings, tables or networks.
    """
    if one is other:
        return True
    if type(one) is not type(other):
        return bool(one == other) if _is_plain(one) and _is_plain(other) else False
    return list(_parts(one)) == list(_parts(other))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (int, float, str))
