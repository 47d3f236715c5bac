"""
Whether a release reaches the end of its canals, and what would.

Notes
-----
A release may leave a canal with less than the next one needs to run, or only wet the
bed: then nothing reaches the tail, however many people guard it. Said here before the
gate is opened, for all the water going that way: whatever others take makes it worse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from dispatch.model.water.works import with_work
from dispatch.water.canal_flow import (
    least_flow_m3_per_h,
    reach_end,
    usable_capacity_m3_per_h,
)
from dispatch.water.network_facts import is_origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.model.water.canals import Canal
    from dispatch.model.water.network import WaterNetwork

#: Where a release ends: the reach only gets wet, has too little flow, or is broken.
Stop = Literal["only_wets", "below_least_flow", "broken"]
#: Flows that are tried between the least and the most, and halvings of hours.
_FLOWS: Final = 60
_HALVINGS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TailReach:
    """
    What a release brings to the end of a way of canals.

    Attributes
    ----------
    m3, m3_per_h
        What comes there; 0: nothing.
    from_h, until_h
        When, in hours since the gate was opened.
    stops_in
        Canal at which it ends; empty: it arrives.
    why
        Why it ends there; None: it arrives.
    """

    m3: float
    m3_per_h: float
    from_h: float
    until_h: float
    stops_in: str = ""
    why: Stop | None = None

    @property
    def arrives(self) -> bool:
        """Whether any of it arrives."""
        return self.why is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastRelease:
    """The least water that reaches the end: a flow for some hours."""

    m3_per_h: float
    hours: float
    arrives_m3: float

    @property
    def m3(self) -> float:
        """Water let out."""
        return self.m3_per_h * self.hours


def way_of_canals(network: WaterNetwork, node_id: str) -> tuple[Canal, ...]:
    """
    Return the canals from a store or river to a node, shortest first; none: no way.

    Parameters
    ----------
    network
        All tables.
    node_id
        The tail.
    """
    waiting: list[tuple[str, tuple[Canal, ...]]] = [(node_id, ())]
    seen = {node_id}
    while waiting:
        node, way = waiting.pop(0)
        if way and is_origin(network, node):
            return way
        for canal in sorted(network.canals, key=lambda canal: canal.canal_id):
            if canal.to_node == node and canal.from_node not in seen:
                seen.add(canal.from_node)
                waiting.append((canal.from_node, (canal, *way)))
    return ()


def follow(way: Sequence[Canal], *, m3_per_h: float, hours: float) -> TailReach:
    """
    Return what a release brings to the end of a way that is dry.

    Parameters
    ----------
    way
        Canals in order.
    m3_per_h
        Flow at the first head; what a canal cannot carry runs past it.
    hours
        How long the gate is open.
    """
    start, until, flow = 0.0, hours, m3_per_h
    for canal in way:
        most = usable_capacity_m3_per_h(canal)
        flow = min(flow, most)
        why: Stop | None = None
        if most <= 0:
            why = "broken"
        elif flow < least_flow_m3_per_h(canal) * (1 - 1e-9):
            why = "below_least_flow"
        end = reach_end(canal, from_h=start, until_h=until, m3_per_h=flow, dry=True)
        if why is None and end.m3 <= 0:
            why = "only_wets"
        if why is not None:
            return TailReach(
                m3=0.0,
                m3_per_h=0.0,
                from_h=start,
                until_h=until,
                stops_in=canal.canal_id,
                why=why,
            )
        start, until, flow = end
    return TailReach(
        m3=flow * (until - start), m3_per_h=flow, from_h=start, until_h=until
    )


def least_release(
    way: Sequence[Canal], *, max_hours: float, wanted_m3: float = 1.0
) -> LeastRelease | None:
    """
    Return the release of the least water that reaches the end; None: none does.

    Parameters
    ----------
    way
        Canals in order.
    max_hours
        For how long the gate may be open.
    wanted_m3
        What is to come there.
    """
    if not way:
        return None
    low = max(least_flow_m3_per_h(way[0]), 1e-3)
    high = usable_capacity_m3_per_h(way[0])
    if high < low:
        return None
    found: LeastRelease | None = None
    for number in range(_FLOWS + 1):
        flow = low * math.pow(high / low, number / _FLOWS)
        hours = _least_hours(way, flow, max_hours, wanted_m3)
        if hours is None or (found is not None and flow * hours >= found.m3):
            continue
        arrives = follow(way, m3_per_h=flow, hours=hours).m3
        found = LeastRelease(m3_per_h=flow, hours=hours, arrives_m3=arrives)
    return found


def _least_hours(
    way: Sequence[Canal], flow: float, max_hours: float, wanted_m3: float
) -> float | None:
    """Return the least hours at a flow; longer is never worse."""
    if follow(way, m3_per_h=flow, hours=max_hours).m3 < wanted_m3:
        return None
    low, high = 0.0, max_hours
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = follow(way, m3_per_h=flow, hours=middle).m3 >= wanted_m3
        low, high = (low, middle) if enough else (middle, high)
    return high


def works_that_reach(
    network: WaterNetwork, node_id: str, *, m3_per_h: float, hours: float
) -> tuple[str, ...]:
    """
    Return the works any of which lets a release reach a node that it does not reach.

    Parameters
    ----------
    network
        All tables.
    node_id
        The tail.
    m3_per_h
        Flow at the first head.
    hours
        How long the gate is open.
    """
    helping = []
    for work in network.works:
        way = way_of_canals(with_work(network, work), node_id)
        if way and follow(way, m3_per_h=m3_per_h, hours=hours).arrives:
            helping.append(work.work_id)
    return tuple(helping)
