"""What the bound knows of a scenario: needs, sources, and trucks grouped by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from scipy.sparse.csgraph import csgraph_from_dense, floyd_warshall

from dispatch.solver.bounding.pricing import shorten
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Int32s, Ints
    from dispatch.solver.kernel.arrays import Instance


#: Places beyond which only drives from and to depots and sources are shortest.
MAX_PLACES: Final = 1500


@dataclass(frozen=True)
class TruckGroup:
    """Trucks of one kind with the same depot, shift and pause."""

    end: int
    """Position of their depot among the ends of the kind."""
    trucks: tuple[int, ...]
    """Positions of the trucks in the scenario."""
    seconds: Floats
    """Shape (S of the kind,): the longest that one works if it fills there first."""
    open_s: Floats
    """Shape (V,): seconds of its shift in which a visit may begin, of all windows."""

    @property
    def size(self) -> int:
        """Number of trucks."""
        return len(self.trucks)


@dataclass(frozen=True)
class Kind:
    """
    Trucks that differ in nothing but depot and shift.

    Attributes
    ----------
    villages, sources, ends
        Positions of the villages that they serve, of the sources where they fill,
        and places where a trip can end: these sources, then depots.
    room
        Litres of their water that each of ``villages`` takes.
    drive_s, near
        Shape (n, n): shortest seconds between ``villages``; for each of them all
        villages by rising seconds, itself first.
    start, finish, empty
        Seconds from sources to villages, from villages and from sources to ends.
    """

    trucks: Ints
    groups: tuple[TruckGroup, ...]
    capacity: float
    unload_s_per_l: float
    is_potable: bool
    villages: Ints
    room: Floats
    sources: Ints
    ends: Ints
    drive_s: Floats
    near: Ints
    start: Floats
    finish: Floats
    empty: Floats
    between: Floats
    """Shape (E, E): seconds between ends."""
    least_s: float
    """Driving and set-ups that no trip does without."""


@dataclass(frozen=True)
class BoundData:
    """
    A scenario as the bound sees it; limits that do not exist are infinite.

    Attributes
    ----------
    need
        Shape (V, 7), litres per band.
    room, most_visits
        Shape (V,).
    num_windows
        Shape (V,): windows in which visits may begin, 1 where there is no limit.
    supply, bay_s, fill_s_per_l
        Shape (S,): litres and seconds of all bays that a source gives in the day,
        and seconds that a litre takes there.
    """

    fill_setup_s: float
    drop_setup_s: float
    need: Floats
    room: Floats
    min_visit: Floats
    most_visits: Floats
    num_windows: Floats
    supply: Floats
    bay_s: Floats
    fill_s_per_l: Floats
    kinds: tuple[Kind, ...]


def build_bound_data(
    instance: Instance, need: Ints, shortest: Sequence[Drives]
) -> BoundData:
    """
    Return what the bound knows of an instance.

    Parameters
    ----------
    instance
        The scenario as arrays.
    need
        Shape (V, 7), litres per band.
    shortest
        Per drive class shape (P, P): seconds by any detour, inf without a road.
    """
    supply, bay_s = source_limits(instance)
    visits = instance.village["max_visits"].astype(np.float64)
    return BoundData(
        fill_setup_s=float(instance.fill_setup_s),
        drop_setup_s=float(instance.drop_setup_s),
        need=need.astype(np.float64),
        room=instance.village["room"].astype(np.float64),
        min_visit=instance.village["min_visit"].astype(np.float64),
        most_visits=np.where(visits < BIG, visits, np.inf),
        num_windows=(instance.windows[:, :, 0] < BIG).sum(axis=1, dtype=np.float64),
        supply=supply,
        bay_s=bay_s,
        fill_s_per_l=instance.source["fill_s_per_l"].astype(np.float64),
        kinds=tuple(
            kind
            for trucks in truck_kinds(instance)
            if (kind := _kind(instance, trucks, shortest)) is not None
        ),
    )


def truck_kinds(instance: Instance) -> list[Ints]:
    """Return trucks grouped by all that the bound sees but depot and shift."""
    names = ["capacity", "unload_s_per_l", "drive_class", "access_class", "is_potable"]
    members: dict[tuple[float, ...], list[int]] = {}
    for r, record in enumerate(instance.truck):
        members.setdefault(tuple(float(record[name]) for name in names), []).append(r)
    return [np.array(trucks, dtype=np.int64) for trucks in members.values()]


def usable_sources(instance: Instance, r: int) -> Ints:
    """
    Return the sources where truck ``r`` may fill and finds water.

    Parameters
    ----------
    instance
        The scenario as arrays.
    r
        Position of the truck and its route.

    Returns
    -------
    Ints
        Positions of sources, ascending.
    """
    source = instance.source
    fits = (source["is_potable"] != 0) | (not instance.truck["is_potable"][r])
    return np.flatnonzero(fits & (source["supply"] > 0))


def _kind(instance: Instance, trucks: Ints, shortest: Sequence[Drives]) -> Kind | None:
    first = int(trucks[0])
    record = instance.truck[first]
    drive_s = shortest[int(record["drive_class"])]
    is_potable = bool(record["is_potable"])
    room = instance.village["room"]
    if not is_potable:
        room = np.minimum(room, instance.village["need_animals"])
    may_enter = instance.may_enter[int(record["access_class"])]
    villages = np.flatnonzero(may_enter & (room > 0))
    sources = usable_sources(instance, first)
    if not villages.size or not sources.size:
        return None
    depots = np.unique(instance.truck["depot"][trucks])
    ends = np.concatenate([instance.first_source + sources, depots])
    places = instance.first_village + villages
    between = drive_s[np.ix_(places, places)]
    start = drive_s[np.ix_(instance.first_source + sources, places)]
    finish = drive_s[np.ix_(places, ends)]
    ranked = between.copy()
    np.fill_diagonal(ranked, -1.0)
    return Kind(
        trucks=trucks,
        groups=_truck_groups(instance, trucks, drive_s, sources, depots),
        capacity=float(record["capacity"]),
        unload_s_per_l=float(record["unload_s_per_l"]),
        is_potable=is_potable,
        villages=villages,
        room=room[villages].astype(np.float64),
        sources=sources,
        ends=ends,
        drive_s=between,
        near=np.argsort(ranked, axis=1, kind="stable"),
        start=start,
        finish=finish,
        empty=drive_s[np.ix_(instance.first_source + sources, ends)],
        between=drive_s[np.ix_(ends, ends)],
        least_s=float(
            instance.fill_setup_s
            + instance.drop_setup_s
            + (start.min(axis=0) + finish.min(axis=1)).min()
        ),
    )


def _truck_groups(
    instance: Instance,
    trucks: Ints,
    drive_s: Drives,
    sources: Ints,
    depots: Ints,
) -> tuple[TruckGroup, ...]:
    names = ["depot", "start", "shift_start", "shift_end", "break_s", "break_from"]
    members: dict[tuple[int, ...], list[int]] = {}
    for r in trucks:
        key = tuple(int(instance.truck[name][r]) for name in (*names, "break_until"))
        members.setdefault(key, []).append(int(r))
    return tuple(
        TruckGroup(
            end=int(sources.size + np.searchsorted(depots, key[0])),
            trucks=tuple(alike),
            seconds=np.array(
                [working_seconds(instance, alike[0], drive_s, int(s)) for s in sources]
            ),
            open_s=_open_to(instance, alike[0]),
        )
        for key, alike in members.items()
    )


def _open_to(instance: Instance, r: int) -> Floats:
    """Return how long every village lets visits of a truck begin, shape (V,)."""
    record = instance.truck[r]
    begin = np.maximum(instance.windows[:, :, 0], record["shift_start"])
    end = np.minimum(instance.windows[:, :, 1], record["shift_end"])
    seconds: Floats = np.maximum(0.0, end - begin).sum(axis=1, dtype=np.float64)
    return seconds


def working_seconds(instance: Instance, r: int, drive_s: Drives, s: int) -> float:
    """
    Return the longest that truck ``r`` can work if it fills first at ``s``.

    Parameters
    ----------
    instance
        The scenario as arrays.
    r
        Position of the truck and its route.
    drive_s
        Shape (P, P): shortest seconds between places for its drive class.
    s
        Position of the source.

    Returns
    -------
    float
        Seconds from that filling to the end of the shift, the pause taken out.
    """
    record = instance.truck[r]
    begin = float(record["shift_start"])
    end = float(record["shift_end"])
    first_drive_s = float(drive_s[int(record["start"]), instance.first_source + s])
    first_fill = max(begin + first_drive_s, float(instance.source_windows[s, 0, 0]))
    if first_fill >= end:
        return 0.0
    if record["break_s"] > 0 and begin < record["break_from"]:
        with_break = end - first_fill - float(record["break_s"])
        without = min(end, float(record["break_until"])) - first_fill
        # A start after break_from needs no pause either.
        late = end - max(first_fill, float(record["break_from"]))
        return float(max(0.0, with_break, without, late))
    return float(end - first_fill)


def source_limits(instance: Instance) -> tuple[Floats, Floats]:
    """
    Return litres and bay seconds that every source gives while trucks work.

    Returns
    -------
    tuple[Floats, Floats]
        Shape (S,) each; inf where there is no limit.
    """
    first = int(instance.truck["shift_start"].min())
    last = int(instance.truck["shift_end"].max())
    supply = np.full(instance.source.size, np.inf)
    bay_s = np.full(instance.source.size, np.inf)
    for s, record in enumerate(instance.source):
        open_s, close_s = _open_seconds(instance, s, first, last)
        litres = float(record["supply"])
        if record["is_refilling"]:
            hours_s = max(0, close_s - int(record["opening"]))
            come_in = float(record["stock"] + record["inflow_per_s"] * hours_s)
            litres = min(litres, come_in)
        if litres < BIG:
            supply[s] = max(0.0, litres)  # what was drawn may not have come in yet
        if record["bays"] < BIG:
            bay_s[s] = float(record["bays"]) * open_s
    return supply, bay_s


def _open_seconds(
    instance: Instance, s: int, first: int, last: int
) -> tuple[float, int]:
    """Return how long a source is open while trucks work, and its last closing."""
    total = 0.0
    close_s = 0
    for low, high in instance.source_windows[s]:
        if low >= BIG:
            break
        start, end = max(int(low), first), min(int(high), last)
        if end > start:
            total += end - start
            close_s = max(close_s, end)
    return total, close_s


class DrivesBesideEnds:
    """
    Shortest seconds from and to ends, depots and sources, as of an array (P, P).

    Between villages there are none: of thousands of them they would take gigabytes.

    Parameters
    ----------
    away, towards
        Shape (E, P): from each end to all places, and to it from all.
    """

    def __init__(self, away: Floats, towards: Floats) -> None:
        self._away, self._towards = away, towards

    def __getitem__(self, leg: Any, /) -> Any:
        """Return seconds from a place to one or more, which are ends if it is none."""
        here, there = leg
        if here < len(self._away):
            return self._away[here, there]
        return self._towards[there, here]


Drives: TypeAlias = "Floats | DrivesBesideEnds"


def shortest_drives_s(instance: Instance) -> list[Drives]:
    """
    Return driving seconds by any detour, (P, P) per drive class; inf = none.

    With more than `MAX_PLACES` places there are none between villages.
    """
    shortest: list[Drives] = []
    for matrix in instance.travel_s[: instance.num_drive_classes]:
        if len(matrix) > MAX_PLACES:
            shortest.append(drives_beside_ends(matrix, instance.first_village))
            continue
        seconds = matrix.astype(np.float64)
        seconds[matrix >= BIG] = np.inf
        # Sparse, since a dense zero would read as "no road".
        graph = csgraph_from_dense(seconds, null_value=np.inf)
        shortest.append(floyd_warshall(graph))
    return shortest


def drives_beside_ends(matrix: Int32s, num_ends: int) -> DrivesBesideEnds:
    """
    Return shortest seconds from and to the first places.

    Parameters
    ----------
    matrix
        Shape (P, P): direct seconds, `BIG` where there is no road.
    num_ends
        Depots and sources, which come first.
    """
    away = _shortest_from_ends(matrix, num_ends)
    if all((matrix[row] == matrix[:, row]).all() for row in range(len(matrix))):
        return DrivesBesideEnds(away, away)
    turned = np.ascontiguousarray(matrix.T)
    return DrivesBesideEnds(away, _shortest_from_ends(turned, num_ends))


def _shortest_from_ends(matrix: Int32s, num_ends: int) -> Floats:
    rows = matrix[:num_ends].astype(np.float64)
    shorten(rows, matrix)  # type: ignore[arg-type]  # compiled for either type
    rows[rows >= BIG] = np.inf  # no sum over a missing road is less
    return rows
