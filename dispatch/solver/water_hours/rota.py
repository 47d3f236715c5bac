"""
Turns of field groups on one canal, by the minute.

A turn that does not fit is cut short or left out, and what is missing is returned, so
that the plan of the days can ask for less.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ortools.sat.python import cp_model

from dispatch.model.water.hours import Span
from dispatch.model.water.turns import Rota, Turn, UnkeptTurn, most_m3
from dispatch.solver.water_hours.goals import GOAL_LIMIT, GoalChain
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from dispatch.model.water.turns import RotaRequest, TurnReason, TurnRequest

#: Turns start and end on full minutes.
_STEP_S: Final = 60
_DAY_STEPS: Final = DAY_S // _STEP_S
#: Litres that a flow is rounded to where only sums are compared.
_L_PER_M3: Final = 1000
#: Less than this is rounding, not a shortage.
_LEAST_M3: Final = 0.001


def plan_rota(request: RotaRequest, *, limit: float = GOAL_LIMIT) -> Rota:
    """
    Return the turns on a canal, and which groups get less than they were to get.

    Goals in order: the least water missing; the fewest groups cut short; what is cut
    is cut late in the order; the fewest groups at night that were at night the last
    time; an early end; in that order early starts.

    Parameters
    ----------
    request
        The canal, its water and its groups.
    limit
        Most work for each goal.
    """
    asked = [turn for turn in request.in_order() if turn.gross_m3 > 0]
    if not request.open_spans or request.flow_m3_per_h <= 0:
        return Rota(
            canal_id=request.canal_id,
            turns=(),
            unkept=tuple(_unkept(turn, turn.gross_m3, "no_flow") for turn in asked),
        )
    model = _Model(request, asked)
    chain = GoalChain(model.model, limit=limit)
    model.reach(chain)
    turns = [turn for item in model.items if (turn := item.result(chain, request))]
    kept = {turn.group_id: turn.gross_m3 for turn in turns}
    missing = {
        turn.group_id: turn.gross_m3 - kept.get(turn.group_id, 0) for turn in asked
    }
    return Rota(
        canal_id=request.canal_id,
        turns=tuple(sorted(turns, key=lambda turn: (turn.span, turn.group_id))),
        unkept=tuple(
            _unkept(turn, missing[turn.group_id], _reason(request, turn))
            for turn in asked
            if missing[turn.group_id] > _LEAST_M3
        ),
        goals=chain.goals,
    )


def _unkept(turn: TurnRequest, missing_m3: float, reason: TurnReason) -> UnkeptTurn:
    return UnkeptTurn(group_id=turn.group_id, missing_m3=missing_m3, reason=reason)


def _reason(request: RotaRequest, turn: TurnRequest) -> TurnReason:
    """Return why a turn is not whole: alone it would not fit either, or it would."""
    longest_s = max(
        span.end_s - max(span.start_s, request.signal_s) for span in request.open_spans
    )
    if longest_s <= 0:
        return "no_flow"
    whole_s = _whole_steps(request, turn) * _STEP_S
    return "span_too_short" if whole_s > longest_s else "time_taken"


def _whole_steps(request: RotaRequest, turn: TurnRequest) -> int:
    """Return the length of a turn that brings all: flow time + filling - draining."""
    return max(1, _flow_steps(request, turn) + _lost_steps(turn))


def _flow_steps(request: RotaRequest, turn: TurnRequest) -> int:
    hours = turn.gross_m3 / request.flow_of(turn)
    return max(1, math.ceil(hours * 3600 / _STEP_S - 1e-9))


def _lost_steps(turn: TurnRequest) -> int:
    """Return steps that bring nothing, rounded up; below 0 where more drains in."""
    return math.ceil((turn.fill_s - turn.drain_s) / _STEP_S)


@dataclass(frozen=True, slots=True)
class _Item:
    """One turn in the model; `brought` counts steps of flow that reach the group."""

    turn: TurnRequest
    start: cp_model.IntVar
    length: cp_model.IntVar
    end: cp_model.IntVar
    brought: cp_model.IntVar
    is_there: cp_model.IntVar
    interval: cp_model.IntervalVar
    whole: int

    def result(self, chain: GoalChain, request: RotaRequest) -> Turn | None:
        """Return the turn as planned; None: it is left out."""
        if not chain.value(self.is_there):
            return None
        span = Span(chain.value(self.start) * _STEP_S, chain.value(self.end) * _STEP_S)
        flow = request.flow_of(self.turn)
        most = most_m3(span, flow, self.turn.fill_s, self.turn.drain_s)
        return Turn(
            canal_id=request.canal_id,
            group_id=self.turn.group_id,
            span=span,
            gross_m3=min(self.turn.gross_m3, most),
            flow_m3_per_h=flow,
            fill_s=self.turn.fill_s,
            drain_s=self.turn.drain_s,
        )


class _Model:
    """Turns as intervals of minutes."""

    def __init__(self, request: RotaRequest, asked: list[TurnRequest]) -> None:
        self.model = cp_model.CpModel()
        self._request = request
        self._first = math.ceil(
            max(request.signal_s, request.open_spans[0].start_s) / _STEP_S
        )
        self._last = max(self._first, request.open_spans[-1].end_s // _STEP_S)
        self.items = [self._add_turn(turn) for turn in asked]
        self._capacity = int(request.flow_m3_per_h * _L_PER_M3)
        flows = [math.ceil(request.flow_of(turn) * _L_PER_M3) for turn in asked]
        self._demands = [
            min(self._capacity, flow) if request.is_shared else 1 for flow in flows
        ]
        self._add_spans()
        self._add_no_overlap()
        if request.order != "free":
            self._add_order()

    def _add_turn(self, turn: TurnRequest) -> _Item:
        """Start >= signal; length = flow time + filling - draining; at most whole."""
        model = self.model
        flow_steps = _flow_steps(self._request, turn)
        lost, longest = _lost_steps(turn), _whole_steps(self._request, turn)
        start = model.new_int_var(self._first, self._last, "")
        end = model.new_int_var(self._first, self._last, "")
        length = model.new_int_var(0, longest, "")
        brought = model.new_int_var(0, flow_steps, "")
        is_there = model.new_bool_var("")
        interval = model.new_optional_interval_var(start, length, end, is_there, "")
        model.add(length >= is_there)
        model.add(length <= longest * is_there)
        model.add(brought >= is_there)
        model.add(brought <= flow_steps * is_there)
        model.add(brought <= length - lost * is_there)
        # Who has no turn stands nowhere in time, so that equal plans are one.
        for at_zero in (start, end):
            model.add(at_zero == self._first).only_enforce_if(~is_there)
        return _Item(turn, start, length, end, brought, is_there, interval, flow_steps)

    def _open_steps(self) -> list[tuple[int, int]]:
        """Return the spans in full minutes, cut to the safe side."""
        spans = [
            (max(self._first, math.ceil(span.start_s / _STEP_S)), span.end_s // _STEP_S)
            for span in self._request.open_spans
        ]
        return [(start, end) for start, end in spans if start < end]

    def _add_spans(self) -> None:
        """Each turn lies within one span; those of a span take no more than it has."""
        spans = self._open_steps()
        capacity = self._capacity if self._request.is_shared else 1
        used: list[list[cp_model.LinearExprT]] = [[] for _ in spans]
        for item, demand in zip(self.items, self._demands, strict=True):
            inside, parts = [], []
            for (start, end), taken in zip(spans, used, strict=True):
                literal = self.model.new_bool_var("")
                part = self.model.new_int_var(0, end - start, "")
                self.model.add(part <= (end - start) * literal)
                self.model.add(item.start >= start).only_enforce_if(literal)
                self.model.add(item.end <= end).only_enforce_if(literal)
                taken.append(part * demand)
                inside.append(literal)
                parts.append(part)
            self.model.add(sum(inside) == item.is_there)
            self.model.add(sum(parts) == item.length)
        # Follows from turns that do not overlap, and tells early what cannot be kept.
        for (start, end), taken in zip(spans, used, strict=True):
            self.model.add(sum(taken) <= capacity * (end - start))

    def _add_no_overlap(self) -> None:
        """One turn at a time; or all flows add up to at most the canal's."""
        intervals = [item.interval for item in self.items]
        if self._request.is_shared:
            self.model.add_cumulative(intervals, self._demands, self._capacity)
        else:
            self.model.add_no_overlap(intervals)

    def _add_order(self) -> None:
        """start_i <= start_j for i before j; end_i <= start_j where one is open."""
        for early, late in itertools.combinations(self.items, 2):
            over = early.start if self._request.is_shared else early.end
            self.model.add(over <= late.start).only_enforce_if(
                early.is_there, late.is_there
            )

    def _nights_again(self) -> list[cp_model.IntVar]:
        """Return whether each group of the last round's nights starts at night."""
        night, first_day = self._request.night, self._first // _DAY_STEPS
        last_day = self._last // _DAY_STEPS
        by_day = [
            [
                day * _DAY_STEPS + math.ceil(night.until_s / _STEP_S),
                day * _DAY_STEPS + math.ceil(night.from_s / _STEP_S) - 1,
            ]
            for day in range(first_day, last_day + 1)
        ]
        domain = cp_model.Domain.from_intervals(by_day)
        again = []
        for item in self.items:
            if item.turn.was_at_night:
                literal = self.model.new_bool_var("")
                self.model.add_linear_expression_in_domain(
                    item.start, domain
                ).only_enforce_if(~literal, item.is_there)
                again.append(literal)
        return again

    def _hint(self) -> None:
        """Start from turns in a row, in the next span where one does not fit."""
        spans = self._open_steps()
        place, at = 0, spans[0][0] if spans else 0
        for item in self.items:
            lost = _lost_steps(item.turn)
            whole = max(1, item.whole + lost)
            if place + 1 < len(spans) and at + whole > spans[place][1]:
                place, at = place + 1, spans[place + 1][0]
            length = min(whole, spans[place][1] - at) if spans else 0
            is_there = length - max(0, lost) >= 1
            self.model.add_hint(item.is_there, is_there)
            if is_there:
                self.model.add_hint(item.start, at)
                self.model.add_hint(item.length, length)
                at += length

    def reach(self, chain: GoalChain) -> None:
        """Solve goal after goal."""
        self._hint()
        litres = {
            item.turn.group_id: max(
                1,
                round(self._request.flow_of(item.turn) * _L_PER_M3 * _STEP_S / 3600),
            )
            for item in self.items
        }
        lost = [
            litres[item.turn.group_id] * (item.whole - item.brought)
            for item in self.items
        ]
        chain.minimise("missing_m3", sum(lost), unit=_L_PER_M3)
        cut = [self.model.new_bool_var("") for _ in self.items]
        for item, literal in zip(self.items, cut, strict=True):
            self.model.add(item.brought >= item.whole).only_enforce_if(~literal)
        chain.minimise("groups_cut", sum(cut))
        if self._request.order != "free":
            count = len(self.items)
            late = [(count - place) * part for place, part in enumerate(lost)]
            chain.minimise("cut_late", sum(late), unit=_L_PER_M3)
        chain.minimise("nights_again", sum(self._nights_again()))
        end = self.model.new_int_var(self._first, self._last, "")
        self.model.add_max_equality(end, [self._first, *(i.end for i in self.items)])
        chain.minimise("end_h", end, unit=3600 / _STEP_S)
        if self._request.order == "free":
            # The order is chosen: what is left is to close gaps between the turns.
            self.items.sort(key=lambda item: chain.value(item.start))
            self._add_order()
        starts = [item.start - self._first for item in self.items]
        chain.minimise("starts_h", sum(starts), unit=3600 / _STEP_S)
