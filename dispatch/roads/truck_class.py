"""What a class of trucks may drive, and how long every part of the roads takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.model.roads import CLOSED, NO_HEAVY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Mask
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Truck
    from dispatch.roads.limits import MatchedLimit
    from dispatch.roads.network.parts import RoadParts
    from dispatch.roads.speeds import RoadSpeeds


#: ``hgv=no`` means goods vehicles above this laden weight (OpenStreetMap wiki).
HEAVY_T: Final = 3.5


@dataclass(frozen=True, slots=True)
class TruckProfile:
    """What of a truck matters to a road; None: not limited by it."""

    gross_t: float | None = None
    width_m: float | None = None
    height_m: float | None = None
    loaded_speed_km_h: float | None = None


def profile_of(truck: Truck) -> TruckProfile:
    """Return the profile of a truck."""
    return TruckProfile(
        truck.gross_t, truck.width_m, truck.height_m, truck.loaded_speed_km_h
    )


def may_drive(profile: TruckProfile, roads: RoadNetwork, speeds: RoadSpeeds) -> Mask:
    """
    Return for every edge whether the truck may use it, by what the network says.

    Parameters
    ----------
    profile
        Laden weight and size; None in it limits nothing.
    roads
        The network with its posted limits.
    speeds
        Gives the weight that surface and track carry.

    Returns
    -------
    Mask
        Shape (E,).

    Notes
    -----
    The laden weight counts in both directions: an empty truck that could cross a weak
    bridge could not come back over it with water.
    """
    allowed: Mask = roads.access != CLOSED
    if profile.gross_t is not None:
        allowed &= ~(roads.max_gross_t < profile.gross_t)
        allowed &= speeds.max_gross_t >= profile.gross_t
        if profile.gross_t > HEAVY_T:
            allowed &= roads.access != NO_HEAVY
    if profile.width_m is not None:
        allowed &= ~(roads.width_m < profile.width_m)
    if profile.height_m is not None:
        allowed &= ~(roads.max_height_m < profile.height_m)
    return allowed


def _forbids(matched: MatchedLimit, profile: TruckProfile) -> bool:
    limit = matched.limit
    return limit.is_closed or any(
        of_truck is not None and most is not None and of_truck > most
        for of_truck, most in (
            (profile.gross_t, limit.max_gross_t),
            (profile.width_m, limit.max_width_m),
            (profile.height_m, limit.max_height_m),
        )
    )


@dataclass(frozen=True, slots=True)
class PartTimes:
    """Seconds of every part in either direction, shape (R,) each; inf: closed."""

    empty_ahead: Floats
    empty_back: Floats
    loaded_ahead: Floats
    loaded_back: Floats


def part_times(
    profile: TruckProfile,
    roads: RoadNetwork,
    speeds: RoadSpeeds,
    parts: RoadParts,
    limits: Sequence[MatchedLimit],
) -> PartTimes:
    """
    Return how long a class of trucks takes while the given limits hold.

    Parameters
    ----------
    profile
        Laden weight, size and loaded speed of the class.
    roads
        The network.
    speeds
        Speeds on every edge, km/h.
    parts
        The cut network, R parts.
    limits
        Limits that hold together; other limits of the day are left out.
    """
    edge = parts.edge_idx
    allowed = may_drive(profile, roads, speeds)[edge]
    slowest = np.full(len(edge), np.inf)
    for matched in limits:
        touched = parts.inside(matched)
        if _forbids(matched, profile):
            allowed &= ~touched
        if matched.limit.speed_km_h is not None:
            slowest[touched] = np.minimum(slowest[touched], matched.limit.speed_km_h)
    loaded_most = np.inf
    if profile.loaded_speed_km_h is not None:
        loaded_most = profile.loaded_speed_km_h
    one_way = roads.one_way[edge]
    by_direction = []
    for speed, most, is_back in (
        (speeds.empty_ahead, np.inf, False),
        (speeds.empty_back, np.inf, True),
        (speeds.loaded_ahead, loaded_most, False),
        (speeds.loaded_back, loaded_most, True),
    ):
        km_h = np.minimum(np.minimum(speed[edge], slowest), most)
        is_open = allowed & (km_h > 0) & ~(one_way & is_back)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_direction.append(np.where(is_open, parts.length_m * 3.6 / km_h, np.inf))
    return PartTimes(*by_direction)
