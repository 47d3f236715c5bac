"""Turns with what they bring to the field, and the area that this waters."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dispatch.model.water.told import FieldTurn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan


def watered_mu(network: WaterNetwork, plan: WaterPlan) -> Mapping[str, float]:
    """
    Return the area that the plan waters, by field; part of a need waters its part.

    Parameters
    ----------
    network
        Gives areas.
    plan
        Gives what fields need and get.
    """
    return {
        row.field_id: network.field_by_id[row.field_id].area_mu
        * min(1.0, row.field_m3 / row.need_m3)
        for row in plan.outcomes
        if row.need_m3 > 0 and row.field_id in network.field_by_id
    }


def turn_rows(network: WaterNetwork, dispatch: WaterDispatch) -> tuple[FieldTurn, ...]:
    """
    Return all turns by time.

    What the days plan for a field is shared out over its turns, and over what its
    canals have no time for, as what they take at the head.

    Parameters
    ----------
    network
        Gives areas.
    dispatch
        Days and hours.
    """
    mu = watered_mu(network, dispatch.plan)
    planned = {row.field_id: row.field_m3 for row in dispatch.plan.outcomes}
    asked: defaultdict[str, float] = defaultdict(float)
    for rota in dispatch.rotas:
        for turn in rota.turns:
            asked[turn.group_id] += turn.gross_m3
        for unkept in rota.unkept:
            asked[unkept.group_id] += unkept.missing_m3
    rows = []
    for rota in dispatch.rotas:
        for turn in rota.turns:
            kept = turn.gross_m3 / asked[turn.group_id]
            rows.append(
                FieldTurn(
                    canal_id=turn.canal_id,
                    field_id=turn.group_id,
                    span=turn.span,
                    head_m3=turn.gross_m3,
                    field_m3=planned.get(turn.group_id, 0.0) * kept,
                    mu=mu.get(turn.group_id, 0.0) * kept,
                )
            )
    return tuple(sorted(rows, key=lambda row: (row.span, row.canal_id, row.field_id)))
