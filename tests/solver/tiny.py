"""One tiny scenario, and others derived from it."""

import datetime as dt
from dataclasses import replace

import numpy as np

from dispatch.model.scenario import (
    Depot,
    NeedStandard,
    Scenario,
    ServiceRules,
    Source,
    Truck,
    Village,
)
from dispatch.model.travel import NO_ROAD, LaterTravel, LegTimes, Travel

#: Water for people only, in one band: easy to work out by hand.
ONE_BAND = NeedStandard(
    survival_l_per_person=1.0,
    basic_l_per_person=1.0,
    normal_l_per_person=1.0,
)
NO_SETUP = ServiceRules(fill_setup_s=0, drop_setup_s=0, min_drop_l=1)


def village(village_id, **fields):
    return Village(
        village_id=village_id, name=village_id, lat=27.2, lon=112.8, **fields
    )


def source(source_id="S", **fields):
    return Source(source_id=source_id, name=source_id, lat=27.2, lon=112.8, **fields)


def truck(truck_id="T", **fields):
    values = {
        "capacity_l": 1_000,
        "depot_id": "D",
        "shift_start_s": 0,
        "shift_end_s": 3_600,
    }
    return Truck(truck_id=truck_id, **(values | fields))


def scenario(villages, sources=None, trucks=None, **fields):
    values = {"need": ONE_BAND, "service": NO_SETUP}
    return Scenario(
        name="tiny",
        date=dt.date(2022, 9, 6),
        villages=tuple(villages),
        sources=tuple(sources or [source()]),
        depots=(Depot(depot_id="D", name="D", lat=27.2, lon=112.8),),
        trucks=tuple(trucks or [truck()]),
        **(values | fields),
    )


def travel(scene, seconds):
    """Return travel from (from, to) -> s, both ways unless said; else no road."""
    index = {place: k for k, place in enumerate(scene.place_ids)}
    matrix = np.full((len(index), len(index)), -1, dtype=np.int64)
    np.fill_diagonal(matrix, 0)
    for (here, there), leg_s in seconds.items():
        matrix[index[here], index[there]] = leg_s
        back_s = seconds.get((there, here), leg_s)
        matrix[index[there], index[here]] = back_s
    return Travel(
        place_ids=scene.place_ids,
        seconds=(matrix,),
        metres=(np.where(matrix < 0, -1, matrix * 8),),
        class_of_truck={t.truck_id: 0 for t in scene.trucks},
        method="table",
    )


def changed_at(way, switch_s, late_s):
    """Return travel whose times are those of ``late_s``, (P, P), from a moment on."""
    early_s = way.seconds[0]
    across_s = np.where(
        (early_s == NO_ROAD) | (late_s == NO_ROAD), NO_ROAD, np.maximum(early_s, late_s)
    )
    later = LaterTravel(
        switches_s=(switch_s,),
        periods=(LegTimes((late_s,), (late_s * 9,)),),
        across=(LegTimes((across_s,), (across_s * 9,)),),
        throughout=LegTimes((across_s,), (across_s * 9,)),
    )
    return replace(way, later=later)


def star(scene, spokes):
    """Return travel over one junction; ``spokes`` are seconds from it to a place."""
    places = scene.place_ids
    legs = {
        (a, b): spokes[a] + spokes[b]
        for i, a in enumerate(places)
        for b in places[i + 1 :]
    }
    return travel(scene, legs)


__all__ = ["NO_SETUP", "ONE_BAND", "replace", "scenario", "source", "star"]
