"""Rule 3 kept by a rota made by hand, and broken in one way each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.check.water_hours.turns import check_rota
from dispatch.model.water.hours import Span
from dispatch.model.water.turns import (
    Rota,
    RotaRequest,
    Turn,
    TurnRequest,
    UnkeptTurn,
)

H = 3600
FAR = TurnRequest(group_id="far", gross_m3=300, distance_km=2, fill_s=H)
NEAR = TurnRequest(group_id="near", gross_m3=500, distance_km=1, drain_s=H)
REQUEST = RotaRequest(
    canal_id="C",
    flow_m3_per_h=100,
    turns=(FAR, NEAR),
    open_spans=(Span(6 * H, 14 * H),),
    signal_s=6 * H,
)


def turn(label: str, start_h: float, end_h: float, m3: float, **other: float) -> Turn:
    return Turn(
        canal_id="C",
        group_id=label,
        span=Span(int(start_h * H), int(end_h * H)),
        gross_m3=m3,
        flow_m3_per_h=100,
        **other,  # type: ignore[arg-type]
    )


TURNS = (turn("far", 6, 10, 300, fill_s=H), turn("near", 10, 14, 500, drain_s=H))
ROTA = Rota(canal_id="C", turns=TURNS)


def keys(request: RotaRequest, rota: Rota) -> set[str]:
    found = check_rota(request, rota)
    assert all(item.rule == 3 and item.line.text("zh") for item in found)
    return {item.message.key for item in found}


def test_the_rota_made_by_hand_keeps_every_rule() -> None:
    assert check_rota(REQUEST, ROTA) == []


UNKEPT = UnkeptTurn(group_id="near", missing_m3=100, reason="time_taken")
BROKEN = [
    ({"turns": TURNS[:1]}, {"hours.turn_forgotten"}),
    (
        {"turns": (*TURNS[:1], turn("other", 10, 14, 400))},
        {"hours.turn_of_nobody", "hours.turn_forgotten"},
    ),
    (
        {"turns": (TURNS[0], turn("near", 9, 13, 500, drain_s=H))},
        {"hours.turns_overlap"},
    ),
    (
        {"turns": (turn("far", 5, 9, 300, fill_s=H), TURNS[1])},
        {"hours.turn_before_signal", "hours.turn_while_dry"},
    ),
    (
        {"turns": (TURNS[0], turn("near", 10.5, 14.5, 500, drain_s=H))},
        {"hours.turn_while_dry"},
    ),
    (
        {
            "turns": (
                turn("near", 6, 10, 500, drain_s=H),
                turn("far", 10, 14, 300, fill_s=H),
            )
        },
        {"hours.turn_out_of_order"},
    ),
    # It forgets that the first hour fills the canal.
    ({"turns": (turn("far", 6, 9, 300), TURNS[1])}, {"hours.turn_too_short"}),
    # It forgets that an hour drains.
    (
        {"turns": (TURNS[0], turn("near", 10, 14, 400)), "unkept": (UNKEPT,)},
        {"hours.turn_too_long"},
    ),
    ({"unkept": (UNKEPT,)}, {"hours.turn_not_its_right"}),
    (
        {"turns": (TURNS[0], turn("near", 10, 13, 400, drain_s=H))},
        {"hours.turn_not_its_right"},
    ),
]


@pytest.mark.parametrize(("changes", "expected"), BROKEN)
def test_broken(changes: dict[str, object], expected: set[str]) -> None:
    assert keys(REQUEST, replace(ROTA, **changes)) == expected


def test_outlets_share_the_flow() -> None:
    """60 and 50 of 100 m3/h may not be open together."""
    asked = tuple(
        replace(item, flow_m3_per_h=flow, fill_s=0, drain_s=0, gross_m3=4 * flow)
        for item, flow in ((FAR, 60.0), (NEAR, 50.0))
    )
    request = replace(REQUEST, turns=asked, is_shared=True)
    both = tuple(
        replace(
            turn(item.group_id, start_h, start_h + 4, item.gross_m3),
            flow_m3_per_h=item.flow_m3_per_h,
        )
        for item, start_h in zip(asked, (6, 9), strict=True)
    )
    assert keys(request, Rota(canal_id="C", turns=both)) == {"hours.turns_too_much"}
    later = (both[0], replace(both[1], span=Span(10 * H, 14 * H)))
    assert keys(request, Rota(canal_id="C", turns=later)) == set()
