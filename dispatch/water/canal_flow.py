"""
What a reach carries as it is today, and what comes out of a run of it.

Notes
-----
Water let into a dry reach first fills it. It comes out later by the hours of travel
and of filling, and for as many hours less as the filling took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.water.canal_loss import end_flow_m3_per_h

if TYPE_CHECKING:
    from dispatch.model.water.canals import Canal

#: Share of its capacity that a silted reach still carries: a planning assumption, as
#: no table says how deep the silt lies.
SILTED_SHARE: Final = 0.6


class ReachEnd(NamedTuple):
    """
    What comes out of a reach.

    Attributes
    ----------
    from_h, until_h
        When, in hours of the same clock as at the head.
    m3_per_h
        How much; 0: nothing arrives.
    """

    from_h: float
    until_h: float
    m3_per_h: float

    @property
    def m3(self) -> float:
        """All that comes out."""
        return max(0.0, self.until_h - self.from_h) * self.m3_per_h


def usable_capacity_m3_per_h(canal: Canal) -> float:
    """Return what a reach carries: nothing where it is broken, less where silted."""
    if canal.state == "broken":
        return 0.0
    share = SILTED_SHARE if canal.state == "silted" else 1.0
    return share * canal.capacity_m3_per_h


def reach_end(
    canal: Canal, *, from_h: float, until_h: float, m3_per_h: float, dry: bool
) -> ReachEnd:
    """
    Return what comes out of a reach; nothing while it is being filled.

    Parameters
    ----------
    canal
        The reach; whether it carries the flow is not asked.
    from_h, until_h
        When water is let in.
    m3_per_h
        How much.
    dry
        Whether it was dry.
    """
    fill_h = canal.fill_m3 / m3_per_h if dry and m3_per_h > 0 else 0.0
    travel_h = canal.travel_h or 0.0
    out_h = until_h + travel_h
    start_h = min(out_h, from_h + travel_h + fill_h)
    return ReachEnd(start_h, out_h, end_flow_m3_per_h(canal, m3_per_h))
