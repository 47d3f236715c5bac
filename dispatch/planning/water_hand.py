"""A turn moved by hand, and what breaks by it at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.errors import PlanError
from dispatch.model.water.hours import Span
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.turns import Turn


def turn_of(
    dispatch: WaterDispatch, canal_id: str, group_id: str, start_s: int
) -> Turn:
    """
    Return a turn by what pages show of it.

    Parameters
    ----------
    dispatch
        That has it.
    canal_id, group_id, start_s
        Canal, field group, and seconds since the first midnight at which it starts.

    Raises
    ------
    PlanError
        If there is no such turn.
    """
    for rota in dispatch.rotas:
        for turn in rota.turns:
            key = turn.canal_id, turn.group_id, turn.span.start_s
            if key == (canal_id, group_id, start_s):
                return turn
    raise PlanError(say("no_such_turn", group=group_id, canal=canal_id))


def with_moved_turn(
    dispatch: WaterDispatch, turn: Turn, *, start_s: int
) -> WaterDispatch:
    """
    Return a dispatch with a turn at another time, as long as before.

    Turns beside it stay where they are: two at a time are found by the check.

    Parameters
    ----------
    dispatch
        That has the turn.
    turn
        One of its turns.
    start_s
        Seconds since the first midnight.
    """
    moved = replace(turn, span=Span(start_s, start_s + turn.span.duration_s))
    return replace(
        dispatch,
        rotas=tuple(
            replace(
                rota,
                turns=tuple(
                    sorted(
                        (moved if each == turn else each for each in rota.turns),
                        key=lambda each: (each.span, each.group_id),
                    )
                ),
            )
            if turn in rota.turns
            else rota
            for rota in dispatch.rotas
        ),
    )


def with_swapped_turns(
    dispatch: WaterDispatch, first: Turn, second: Turn
) -> WaterDispatch:
    """
    Return a dispatch in which two groups have each other's place on a canal.

    What lies between them moves by the difference of their lengths, so that no turn
    is longer or shorter.

    Parameters
    ----------
    dispatch
        That has the turns.
    first, second
        Turns of one rota.

    Raises
    ------
    PlanError
        If they are not of one rota.
    """
    early, late = sorted((first, second), key=lambda turn: turn.span)
    for rota in dispatch.rotas:
        if early in rota.turns and late in rota.turns:
            break
    else:
        raise PlanError(
            say("no_such_turn", group=second.group_id, canal=first.canal_id)
        )
    by_s = late.span.duration_s - early.span.duration_s
    turns = []
    for turn in rota.turns:
        span = turn.span
        if turn == late:
            span = Span(early.span.start_s, early.span.start_s + span.duration_s)
        elif turn == early:
            span = Span(late.span.end_s - span.duration_s, late.span.end_s)
        elif early.span.start_s < span.start_s < late.span.start_s:
            span = Span(span.start_s + by_s, span.end_s + by_s)
        turns.append(replace(turn, span=span))
    swapped = tuple(sorted(turns, key=lambda turn: (turn.span, turn.group_id)))
    return replace(
        dispatch,
        rotas=tuple(
            replace(each, turns=swapped) if each is rota else each
            for each in dispatch.rotas
        ),
    )
