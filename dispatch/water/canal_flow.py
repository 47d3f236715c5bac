"""
What a reach carries as it is today, and what comes out of a run of it.

Notes
-----
Water let into a dry reach first fills it, and comes out later by the hours of travel
and of filling. The reach empties after its gate is shut for as long as it filled, so
that water comes out for as many hours as it was let in; what fills it is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.water.canal_loss import end_flow_m3_per_h

if TYPE_CHECKING:
    from dispatch.model.water.canals import Canal

#: Share of its capacity that a silted reach still carries: a planning assumption, as
#: no table says how deep the silt lies.
SILTED_SHARE: Final = 0.6
#: Share of what it carries below which no reach is run that must be filled or that
#: loses by a curve: its filling would take for ever.
LEAST_SHARE: Final = 0.02


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


def least_flow_m3_per_h(canal: Canal) -> float:
    """Return the least flow at which a reach is run."""
    if canal.fill_m3 == 0 and canal.loss_a is None:
        return canal.min_flow_m3_per_h
    least = LEAST_SHARE * usable_capacity_m3_per_h(canal)
    return max(canal.min_flow_m3_per_h, least)


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
    hours = until_h - from_h
    fill_m3 = canal.fill_m3 if dry else 0.0
    if m3_per_h <= 0 or fill_m3 >= hours * m3_per_h:
        return ReachEnd(until_h, until_h, 0.0)
    late_h = (canal.travel_h or 0.0) + fill_m3 / m3_per_h
    left = 1 - fill_m3 / (hours * m3_per_h)
    out = left * end_flow_m3_per_h(canal, m3_per_h)
    return ReachEnd(from_h + late_h, until_h + late_h, out)
