"""
From the runs of canals, day by day, to the turns of the field groups along them.

Notes
-----
Field groups share a line of canals: reaches one after the other without a branch. What
the days let in at the head of a line for its fields is shared out by the clock, turn
after turn; other water (to the works, to branches) flows on beside it. Turns are whole
minutes, so that a group may lack what flows in less than one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.model.water.hours import Span
from dispatch.model.water.turns import TURN_NIGHT, RotaRequest, TurnRequest
from dispatch.water.network_facts import is_origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dispatch.model.water.canals import Canal
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import CanalRun, WaterPlan
    from dispatch.model.water.turns import TurnOrder

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
#: Flows that differ by less go on over midnight as one.
_SAME_SHARE: Final = 0.01
#: Less than this at a field is no turn.
_LEAST_M3: Final = 0.5


class CanalLine(NamedTuple):
    """Reaches one after the other, and nodes of fields at their ends, near first."""

    reaches: tuple[Canal, ...]

    @property
    def canal_id(self) -> str:
        """Its first reach, which names it."""
        return self.reaches[0].canal_id


@dataclass(frozen=True, slots=True)
class _Share:
    """What a field gets out of a line on one day, at the head of the line."""

    field_id: str
    gross_m3: float
    distance_km: float


@dataclass(frozen=True, slots=True)
class _LineDay:
    """A line on one day: when it runs, what fields get of it, what fills it."""

    from_h: float
    until_h: float
    wetting_m3: float
    shares: tuple[_Share, ...]

    @property
    def m3_per_h(self) -> float:
        """Flow at the head that is for fields, filling included."""
        whole = self.wetting_m3 + sum(share.gross_m3 for share in self.shares)
        return whole / (self.until_h - self.from_h)


def lines_with_fields(network: WaterNetwork) -> tuple[CanalLine, ...]:
    """
    Return the lines of canals that lead to fields, by the id of the first reach.

    Parameters
    ----------
    network
        All tables.
    """
    into: dict[str, list[Canal]] = {}
    out_of: dict[str, list[Canal]] = {}
    for canal in network.canals:
        into.setdefault(canal.to_node, []).append(canal)
        out_of.setdefault(canal.from_node, []).append(canal)
    lines: dict[str, tuple[Canal, ...]] = {}
    for node_id in sorted({block.node_id for block in network.fields}):
        for last in into.get(node_id, ()):
            reaches = [last]
            while (
                not is_origin(network, reaches[0].from_node)
                and len(into.get(reaches[0].from_node, ())) == 1
                and len(out_of[reaches[0].from_node]) == 1
            ):
                reaches.insert(0, into[reaches[0].from_node][0])
            known = lines.get(reaches[0].canal_id, ())
            if len(reaches) > len(known):
                lines[reaches[0].canal_id] = tuple(reaches)
    return tuple(CanalLine(lines[canal_id]) for canal_id in sorted(lines))


def rota_requests(
    network: WaterNetwork,
    plan: WaterPlan,
    *,
    order: TurnOrder = "far_first",
    previous: WaterDispatch | None = None,
) -> tuple[RotaRequest, ...]:
    """
    Return what field groups are to get from each line of canals, run by run.

    Parameters
    ----------
    network
        All tables.
    plan
        Runs of canals, and water at fields, by day.
    order
        Of the turns.
    previous
        Whose turns at night are remembered, so that nights go by turns.
    """
    nights = _was_at_night(previous)
    runs = {(run.canal_id, run.day): run for run in plan.canals}
    field_m3 = {(row.field_id, row.day): row.field_m3 for row in plan.fields}
    requests = []
    for line in lines_with_fields(network):
        days = [
            found
            for day in range(plan.num_days)
            if (found := _line_day(network, line, day, runs, field_m3)) is not None
        ]
        requests += [
            _request(line, part, order=order, nights=nights) for part in _joined(days)
        ]
    return tuple(requests)


def _was_at_night(previous: WaterDispatch | None) -> Mapping[str, bool]:
    if previous is None:
        return {}
    turns = sorted(
        (turn for rota in previous.rotas for turn in rota.turns),
        key=lambda turn: turn.span,
    )
    return {turn.group_id: TURN_NIGHT.has(turn.span.start_s) for turn in turns}


def _line_day(
    network: WaterNetwork,
    line: CanalLine,
    day: int,
    runs: Mapping[tuple[str, int], CanalRun],
    field_m3: Mapping[tuple[str, int], float],
) -> _LineDay | None:
    """Return what a line does for fields on a day; None: nothing."""
    head = runs.get((line.canal_id, day))
    if head is None or head.hours <= 0 or head.head_m3 <= 0:
        return None
    shares: list[_Share] = []
    kept, distance_km, wetting_m3 = 1.0, 0.0, 0.0
    for reach in line.reaches:
        run = runs.get((reach.canal_id, day))
        if run is None or run.end_m3 <= 0:
            break
        wetting_m3 += run.wetting_m3 / kept
        kept *= run.end_m3 / (run.head_m3 - run.wetting_m3)
        distance_km += reach.length_km
        shares += [
            _Share(block.field_id, got / kept, distance_km)
            for block in network.fields
            if block.node_id == reach.to_node
            and (got := field_m3.get((block.field_id, day), 0.0)) > _LEAST_M3
        ]
    if not shares:
        return None
    # Lifts may bring a field water too: of a canal comes no more than was let in.
    whole = wetting_m3 + sum(share.gross_m3 for share in shares)
    part = min(1.0, head.head_m3 / whole)
    return _LineDay(
        from_h=head.from_h,
        until_h=head.until_h,
        wetting_m3=wetting_m3 * part,
        shares=tuple(
            _Share(share.field_id, share.gross_m3 * part, share.distance_km)
            for share in shares
        ),
    )


def _joined(days: Sequence[_LineDay]) -> list[_LineDay]:
    """Return runs that go on over midnight at one flow as one."""
    joined: list[_LineDay] = []
    for day in days:
        last = joined[-1] if joined else None
        if (
            last is not None
            and abs(last.until_h - day.from_h) < 1 / _HOUR_S
            and abs(last.m3_per_h - day.m3_per_h) <= _SAME_SHARE * last.m3_per_h
        ):
            joined[-1] = _LineDay(
                last.from_h,
                day.until_h,
                last.wetting_m3 + day.wetting_m3,
                _added(last.shares, day.shares),
            )
        else:
            joined.append(day)
    return joined


def _added(some: Iterable[_Share], more: Iterable[_Share]) -> tuple[_Share, ...]:
    shares = {share.field_id: share for share in some}
    for share in more:
        had = shares.get(share.field_id)
        gross = share.gross_m3 + (0.0 if had is None else had.gross_m3)
        shares[share.field_id] = _Share(share.field_id, gross, share.distance_km)
    return tuple(shares.values())


def _request(
    line: CanalLine, day: _LineDay, *, order: TurnOrder, nights: Mapping[str, bool]
) -> RotaRequest:
    flow = day.m3_per_h
    start_min = math.ceil(day.from_h * 60 - 1e-6)
    end_min = max(start_min + 1, math.floor(day.until_h * 60 + 1e-6))
    fill_min = math.floor(day.wetting_m3 / flow * 60 + 1e-6)
    minutes = {
        share.field_id: max(1, math.floor(share.gross_m3 / flow * 60 + 1e-6))
        for share in day.shares
    }
    # The run is cut to whole minutes at both ends: the longest turn gives them.
    over = sum(minutes.values()) + fill_min - (end_min - start_min)
    longest = max(sorted(minutes), key=lambda label: minutes[label])
    minutes[longest] = max(1, minutes[longest] - max(0, over))
    # Who comes first fills the canal for all.
    first = day.shares[0]
    if order != "list":
        first = min(day.shares, key=lambda share: (-share.distance_km, share.field_id))
    turns = tuple(
        TurnRequest(
            group_id=share.field_id,
            gross_m3=minutes[share.field_id] / 60 * flow,
            distance_km=share.distance_km,
            rank=rank,
            fill_s=fill_min * _MINUTE_S if share is first else 0,
            was_at_night=nights.get(share.field_id),
        )
        for rank, share in enumerate(day.shares)
    )
    return RotaRequest(
        canal_id=line.canal_id,
        flow_m3_per_h=flow,
        turns=turns,
        open_spans=(Span(start_min * _MINUTE_S, end_min * _MINUTE_S),),
        signal_s=start_min * _MINUTE_S,
        order=order,
    )
