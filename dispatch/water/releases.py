"""Releases as gate keepers need them: one row from opening to shutting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.model.water.plan import Release
from dispatch.water.network_facts import is_origin

if TYPE_CHECKING:
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan

#: Flows that differ by less are one setting of a gate.
_SAME_SHARE: Final = 0.005


def releases_of(network: WaterNetwork, plan: WaterPlan) -> tuple[Release, ...]:
    """
    Return what is let out of stores and rivers, by gate and hour.

    Runs that go on over midnight at one flow are one release.

    Parameters
    ----------
    network
        Gives where canals start.
    plan
        The plan.
    """
    rows: list[Release] = []
    for run in sorted(plan.canals, key=lambda run: (run.canal_id, run.from_h)):
        canal = network.canal_by_id.get(run.canal_id)
        if canal is None or not is_origin(network, canal.from_node):
            continue
        flow = run.head_m3_per_h
        last = rows[-1] if rows else None
        goes_on = (
            last is not None
            and last.canal_id == run.canal_id
            and abs(last.until_h - run.from_h) < 1e-6
            and abs(last.m3_per_h - flow) <= _SAME_SHARE * flow
        )
        start_h = rows.pop().from_h if goes_on else run.from_h
        rows.append(
            Release(
                canal_id=run.canal_id,
                node_id=canal.from_node,
                from_h=start_h,
                until_h=run.until_h,
                m3_per_h=flow,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.from_h, row.canal_id)))
