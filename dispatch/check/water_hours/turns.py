"""Rule 3: turns on one canal."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.check.water_hours.facts import TOLERANCE, HourViolation, most_at_once
from dispatch.model.water.hours import moment_text
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.water.turns import Rota, RotaRequest, Turn, TurnRequest

#: A litre: what sums of turns may be off.
_LITRE_M3: Final = 0.001


class RotaCase(NamedTuple):
    """What was asked for, and what was planned."""

    request: RotaRequest
    rota: Rota


def check_rota(request: RotaRequest, rota: Rota) -> list[HourViolation]:
    """
    Return every broken rule of the turns on a canal.

    Parameters
    ----------
    request
        The canal, its water and its groups.
    rota
        Any turns, made by hand or by the planner.
    """
    case = RotaCase(request, rota)
    return [found for rule in TURN_RULES for found in rule(case)]


def _pairs(request: RotaRequest, rota: Rota) -> Iterator[tuple[Turn, TurnRequest]]:
    asked = {turn.group_id: turn for turn in request.turns}
    for turn in rota.turns:
        if turn.group_id in asked:
            yield turn, asked[turn.group_id]


def check_turn_ids(case: RotaCase) -> Iterator[HourViolation]:
    """Hold turns to groups of this canal; nobody is left without a word."""
    request, rota = case
    asked = {turn.group_id for turn in request.turns}
    told = {turn.group_id for turn in rota.turns}
    told |= {turn.group_id for turn in rota.unkept}
    for turn in rota.turns:
        if turn.group_id not in asked or rota.canal_id != request.canal_id:
            message = say("hours.turn_of_nobody", canal=request.canal_id)
            yield HourViolation(3, message, turn.group_id)
    for wanted in request.turns:
        if wanted.gross_m3 > _LITRE_M3 and wanted.group_id not in told:
            yield HourViolation(3, say("hours.turn_forgotten"), wanted.group_id)


def check_turns_apart(case: RotaCase) -> Iterator[HourViolation]:
    """No two turns at once; where outlets share, sum of flows <= flow of the canal."""
    request, rota = case
    if request.is_shared:
        flows = [(turn.span, turn.flow_m3_per_h) for turn in rota.turns]
        most, when_s = most_at_once(flows)
        if most > request.flow_m3_per_h + TOLERANCE:
            message = say(
                "hours.turns_too_much",
                flow=round(most, 1),
                most=round(request.flow_m3_per_h, 1),
                time=moment_text(when_s),
            )
            yield HourViolation(3, message, request.canal_id)
        return
    ordered = sorted(rota.turns, key=lambda turn: turn.span)
    for early, late in itertools.pairwise(ordered):
        if late.span.start_s < early.span.end_s:
            message = say(
                "hours.turns_overlap",
                other=early.group_id,
                time=moment_text(late.span.start_s),
            )
            yield HourViolation(3, message, late.group_id)


def check_turn_times(case: RotaCase) -> Iterator[HourViolation]:
    """Every start >= signal, and the turn lies within one span of water."""
    request, rota = case
    for turn in rota.turns:
        if turn.span.start_s < request.signal_s:
            message = say(
                "hours.turn_before_signal",
                time=moment_text(turn.span.start_s),
                signal=moment_text(request.signal_s),
            )
            yield HourViolation(3, message, turn.group_id)
        if not any(span.contains(turn.span) for span in request.open_spans):
            message = say("hours.turn_while_dry", span=str(turn.span))
            yield HourViolation(3, message, turn.group_id)


def check_turn_order(case: RotaCase) -> Iterator[HourViolation]:
    """Far before near, or as the list has it: starts never fall along the order."""
    request, rota = case
    if request.order == "free":
        return
    start_s = {turn.group_id: turn.span.start_s for turn in rota.turns}
    held = [turn for turn in request.in_order() if turn.group_id in start_s]
    for early, late in itertools.pairwise(held):
        if start_s[late.group_id] < start_s[early.group_id]:
            message = say("hours.turn_out_of_order", other=early.group_id)
            yield HourViolation(3, message, late.group_id)


def check_turn_rights(case: RotaCase) -> Iterator[HourViolation]:
    """
    Each turn is its right: m3 given + m3 said to be missing = m3 asked for.

    m3 <= flow (length - filling + draining), and no turn is longer than its m3 take.
    """
    request, rota = case
    missing = {turn.group_id: turn.missing_m3 for turn in rota.unkept}
    for turn, asked in _pairs(request, rota):
        flow = request.flow_of(asked)
        flowing_s = turn.span.duration_s - asked.fill_s + asked.drain_s
        brought = max(0, flowing_s) * flow / 3600
        if turn.gross_m3 > brought + _LITRE_M3:
            message = say(
                "hours.turn_too_short",
                water=round(turn.gross_m3, 1),
                brought=round(brought, 1),
            )
            yield HourViolation(3, message, turn.group_id)
        # Two minutes of rounding: one of the length, one of filling and draining.
        if brought - turn.gross_m3 > flow / 30 and turn.span.duration_s > 60:
            message = say(
                "hours.turn_too_long",
                water=round(turn.gross_m3, 1),
                brought=round(brought, 1),
            )
            yield HourViolation(3, message, turn.group_id)
    given = rota.kept_m3_by_group
    for asked in request.turns:
        total = given.get(asked.group_id, 0.0) + missing.get(asked.group_id, 0.0)
        if abs(total - asked.gross_m3) > _LITRE_M3 and (
            asked.group_id in given or asked.group_id in missing
        ):
            message = say(
                "hours.turn_not_its_right",
                water=round(total, 1),
                asked=round(asked.gross_m3, 1),
            )
            yield HourViolation(3, message, asked.group_id)


#: Every rule of turns, in the order in which violations are listed.
TURN_RULES: Final = (
    check_turn_ids,
    check_turns_apart,
    check_turn_times,
    check_turn_order,
    check_turn_rights,
)
