"""What a plan says of itself: its ids and its own figures."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from dispatch.check.facts import Violation
from dispatch.model.need import BANDS, Band, served_l
from dispatch.model.plan import REASONS
from dispatch.words.message import say, term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch.check.facts import Facts
    from dispatch.words.message import Message


def check_ids(facts: Facts) -> Iterator[Violation]:
    """Rule 12: every truck has at most one route; every id and kind exists."""
    seen: set[str] = set()
    places: dict[str, Mapping[str, object]] = {
        "depart": facts.depots,
        "return": facts.depots,
        "fill": facts.sources,
        "deliver": facts.villages,
        "break": {**facts.depots, **facts.sources, **facts.villages},
    }
    resting = {t.truck_id for t in facts.scenario.all_trucks if t.out_of_service}
    for route in facts.plan.routes:
        if route.truck_id in resting:
            yield Violation(12, say("broken.out_of_service"), route.truck_id)
        elif route.truck_id not in facts.trucks:
            yield Violation(12, say("broken.no_such_truck"), route.truck_id)
        if route.truck_id in seen:
            yield Violation(12, say("broken.two_routes"), route.truck_id)
        seen.add(route.truck_id)
        for idx, stop in enumerate(route.stops):
            if stop.kind not in places:
                message = say("broken.unknown_kind", kind=stop.kind)
            elif stop.place_id not in places[stop.kind]:
                message = say("broken.no_such_place", kind=term("stop", stop.kind))
            else:
                continue
            yield Violation(12, message, route.truck_id, stop.place_id, idx)


def check_figures(facts: Facts) -> Iterator[Violation]:
    """
    Rule 0: what the plan says of itself is what its routes do.

    Tables that the plan leaves out are not missed; a bound must not be beaten.
    """
    plan, scenario = facts.plan, facts.scenario
    if plan.scenario != scenario.name or plan.date != scenario.date:
        message = say(
            "broken.other_day",
            plan=plan.scenario,
            plan_date=plan.date,
            name=scenario.name,
            date=scenario.date,
        )
        yield Violation(0, message)
    for route in plan.routes:
        for idx, stop in enumerate(route.stops):
            if stop.litres and stop.kind not in {"fill", "deliver"}:
                kind = term("stop", stop.kind)
                message = say("broken.litres_at_stop", litres=stop.litres, kind=kind)
                yield Violation(0, message, route.truck_id, stop.place_id, idx)
    served = {village_id: _served(facts, village_id) for village_id in facts.villages}
    yield from _wrong_villages(facts, served)
    yield from _wrong_totals(facts, served)
    yield from _beaten_bound(facts, served)


def _served(facts: Facts, village_id: str) -> dict[Band, int]:
    got_l = {True: 0, False: 0}
    for event in facts.visits.get(village_id, ()):
        got_l[event.is_potable] += event.litres
    return served_l(
        facts.needs[village_id], potable_l=got_l[True], non_potable_l=got_l[False]
    )


def _wrong_villages(
    facts: Facts, served: Mapping[str, Mapping[Band, int]]
) -> Iterator[Violation]:
    seen: set[str] = set()
    for outcome in facts.plan.villages:
        village_id = outcome.village_id
        if village_id not in facts.villages or village_id in seen:
            yield Violation(0, say("broken.unknown_or_twice"), place_id=village_id)
            continue
        seen.add(village_id)
        need = facts.needs[village_id]
        shortage_l = sum(need.values()) - sum(served[village_id].values())
        delivered_l = sum(event.litres for event in facts.visits.get(village_id, ()))
        claims: list[tuple[str, int | None, int]] = [
            ("delivered_l", outcome.delivered_l, delivered_l),
            ("shortage_l", outcome.shortage_l, shortage_l),
            *_band_claims("need_l", outcome.need_l, need),
            *_band_claims("served_l", outcome.served_l, served[village_id]),
        ]
        for message in _wrong(claims):
            yield Violation(0, message, place_id=village_id)
        if outcome.reason is not None and outcome.reason not in REASONS:
            message = say("broken.unknown_reason", reason=outcome.reason)
            yield Violation(0, message, place_id=village_id)
    if facts.plan.villages:
        for village_id in facts.villages:
            if village_id not in seen:
                yield Violation(0, say("broken.not_listed"), place_id=village_id)


def _band_claims(
    name: str, claimed: Mapping[Band, int], true: Mapping[Band, int]
) -> list[tuple[str, int | None, int]]:
    """Pair claims with truth; a table left out altogether claims nothing."""
    if not claimed:
        return []
    return [(f"{name}.{band}", claimed.get(band), true[band]) for band in BANDS]


def _wrong(claims: Sequence[tuple[str, int | None, int]]) -> Iterator[Message]:
    for name, claimed, true in claims:
        # A band without need may be left out.
        if (claimed or 0) != true:
            yield say("broken.wrong_figure", name=name, claimed=claimed, true=true)


def _wrong_totals(
    facts: Facts, served: Mapping[str, Mapping[Band, int]]
) -> Iterator[Violation]:
    totals = facts.plan.totals
    driving_s = driving_m = 0
    for route in facts.plan.routes:
        for before, after in itertools.pairwise(route.stops):
            leg = facts.leg(
                route.truck_id, before.place_id, after.place_id, before.end_s
            )
            if leg is not None:
                # The nudge keeps 600 / 1.2 from being rounded up to 501.
                driving_s += math.ceil(leg[0] - 1e-9)
                driving_m += leg[1]
    delivered_l = sum(
        event.litres
        for village_id in facts.villages
        for event in facts.visits.get(village_id, ())
    )
    claims: list[tuple[str, int | None, int]] = [
        ("totals.delivered_l", totals.delivered_l, delivered_l),
        ("totals.driving_s", totals.driving_s, driving_s),
        ("totals.driving_m", totals.driving_m, driving_m),
        *_band_claims("totals.need_l", totals.need_l, _band_sums(facts.needs)),
        *_band_claims("totals.served_l", totals.served_l, _band_sums(served)),
    ]
    for message in _wrong(claims):
        yield Violation(0, message)


def _band_sums(litres: Mapping[str, Mapping[Band, int]]) -> dict[Band, int]:
    return {band: sum(row[band] for row in litres.values()) for band in BANDS}


def _beaten_bound(
    facts: Facts, served: Mapping[str, Mapping[Band, int]]
) -> Iterator[Violation]:
    bound = facts.plan.bound
    if bound is None:
        return
    sums = _band_sums(served)
    for band in BANDS:
        limit_l = bound.served_l.get(band)
        if limit_l is not None and sums[band] > limit_l:
            message = say(
                "broken.band_beats_bound",
                litres=sums[band],
                band=term("band", band),
                bound=limit_l,
            )
            yield Violation(0, message)
    total_l = sum(sums.values())
    if total_l > bound.total_l:
        message = say("broken.beats_bound", litres=total_l, bound=bound.total_l)
        yield Violation(0, message)
        return
    gap = (bound.total_l - total_l) / bound.total_l if bound.total_l else 0.0
    # Written plans round the gap.
    if not math.isclose(bound.gap, gap, abs_tol=1e-3):
        yield Violation(0, say("broken.wrong_gap", gap=bound.gap, true=gap))
