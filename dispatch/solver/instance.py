"""Scenario and travel -> the arrays of the compiled search."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from dispatch.model.need import BANDS, LIVESTOCK, needs_l, slice_l
from dispatch.solver.kernel.arrays import BIG, SOURCE, TRUCK, VILLAGE, Instance
from dispatch.solver.reachable import Reach, Roads, reach_of
from dispatch.solver.travel_arrays import drive_classes, near_sources, near_villages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Ints, Mask, RecordArray
    from dispatch.model.scenario import Scenario, TimeWindow
    from dispatch.model.travel import Travel


def build_instance(scenario: Scenario, travel: Travel) -> Instance:
    """
    Return the arrays of a scenario; its villages may be out of reach.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Driving seconds and metres between all places.
    """
    _trucks, sources, villages = scenario.trucks, scenario.sources, scenario.villages
    position = travel.index
    first_source = len(scenario.depots)
    first_village = first_source + len(sources)
    order = np.array([position[place] for place in scenario.place_ids], dtype=np.int64)
    travel_s, drive_class = drive_classes(scenario, travel, order)
    access_class, may_enter = _access_classes(scenario)
    need = needs_l(scenario)
    bands = np.array(
        [[need[v.village_id][band] for band in BANDS] for v in villages], dtype=np.int64
    ).reshape(len(villages), len(BANDS))
    total = bands.sum(axis=1)
    free = np.array(
        [BIG if v.free_storage_l is None else v.free_storage_l for v in villages],
        dtype=np.int64,
    )
    steps = scenario.equity_steps
    levels = [
        [part for band in row for part in slice_l(int(band), steps)] for row in bands
    ]
    village = np.zeros(len(villages), dtype=VILLAGE)
    village["room"] = np.minimum(total, free)
    village["need_people"] = bands[:, :LIVESTOCK].sum(axis=1)
    village["need_animals"] = bands[:, LIVESTOCK]
    least = max(1, scenario.service.min_drop_l)
    village["min_visit"] = np.minimum(village["room"], least)
    village["drop_setup"] = scenario.service.drop_setup_s
    village["max_visits"] = [
        BIG if v.max_visits is None else v.max_visits for v in villages
    ]
    trucks_at = _truck_records(scenario, drive_class, access_class)
    if travel.later is not None:
        # 0 would mean never; a second of waiting at midnight is no loss.
        moments = [max(1, moment) for moment in travel.later.switches_s]
        trucks_at["switch_s"] = moments[0]
        trucks_at["num_switches"] = len(moments)
        trucks_at["switches"][:, : len(moments)] = moments
    sources_at = _source_records(scenario)
    instance = Instance(
        first_source=first_source,
        first_village=first_village,
        fill_setup_s=scenario.service.fill_setup_s,
        drop_setup_s=scenario.service.drop_setup_s,
        first_animal_level=LIVESTOCK * steps,
        first_normal_level=(LIVESTOCK + 1) * steps,
        travel_s=travel_s,
        truck=trucks_at,
        source=sources_at,
        village=village,
        may_enter=may_enter,
        source_windows=_windows([source.windows for source in sources]),
        windows=_windows([v.windows for v in villages]),
        level_need=np.array(levels, dtype=np.int64).reshape(len(villages), -1),
        near_villages=near_villages(travel_s, first_village),
        near_sources=near_sources(travel_s, first_source, first_village),
        has_release=False,
        has_bays=bool((sources_at["bays"] < len(scenario.trucks)).any()),
        change_price=0,
        earlier=np.full((len(villages), 1, 2), -1, dtype=np.int64),
    )
    _note_reach(instance)
    return instance


def village_reach(instance: Instance, *, is_potable: bool, roads: Roads) -> Reach:
    """
    Return what water can come to the villages of an instance; see `reach_of`.

    Parameters
    ----------
    instance
        The scenario as arrays.
    is_potable
        Drinking water; else water for animals.
    roads
        Which legs must have a road, as in `reach_of`.
    """
    village = instance.village
    least = village["min_visit"].astype(np.int64)
    if not is_potable:  # a visit that completes the animals' need may be smaller
        least = np.minimum(least, village["need_animals"])
    return reach_of(
        instance.truck,
        instance.source,
        np.maximum(1, least),
        instance.travel_s[: instance.num_drive_classes],
        instance.may_enter,
        instance.source_windows,
        instance.fill_setup_s,
        is_potable=is_potable,
        roads=roads,
    )


def _note_reach(instance: Instance) -> None:
    """Note which villages a truck can bring drinking or non-potable water to."""
    village = instance.village
    for name, is_potable in (("gets_potable", True), ("gets_non_potable", False)):
        reach = village_reach(instance, is_potable=is_potable, roads="from_source")
        village[name] = reach.is_reached
    # Where no tank or pump gives a first visit there is no room, in no bound either.
    served = [
        village_reach(instance, is_potable=is_potable, roads="any").is_reached
        for is_potable in (True, False)
    ]
    village["room"][~(served[0] | served[1])] = 0


def _truck_records(
    scenario: Scenario, drive_class: Ints, access_class: Ints
) -> RecordArray:
    place_ids = scenario.place_ids
    records = np.zeros(len(scenario.trucks), dtype=TRUCK)
    for record, truck in zip(records, scenario.trucks, strict=True):
        record["capacity"] = truck.capacity_l
        record["depot"] = place_ids.index(truck.depot_id)
        record["start"] = record["depot"]
        record["drive_price"] = 1
        record["max_duration"] = BIG
        record["shift_start"] = truck.shift_start_s
        record["shift_end"] = truck.shift_end_s
        record["unload_s_per_l"] = _s_per_l(truck.unload_rate_l_per_min)
        record["is_potable"] = truck.potable
        if truck.break_window is not None:
            record["break_s"] = truck.break_s
            record["break_from"] = truck.break_window.early_s
            record["break_until"] = truck.break_window.late_s
            is_early = truck.shift_start_s < truck.break_window.early_s
            record["needs_break"] = truck.break_s > 0 and is_early
    records["drive_class"] = drive_class
    records["access_class"] = access_class
    return records


def _source_records(scenario: Scenario) -> RecordArray:
    num_trucks = len(scenario.trucks)
    last_s = max(truck.shift_end_s for truck in scenario.trucks)
    largest_l = max(truck.capacity_l for truck in scenario.trucks)
    records = np.zeros(len(scenario.sources), dtype=SOURCE)
    for record, source in zip(records, scenario.sources, strict=True):
        bays = BIG if source.bays is None else source.bays
        # What comes in after the last shift or the last closing is of no use.
        close_s = source.windows[-1].late_s if source.windows else last_s
        drawable_l = source.drawable_l(min(close_s, last_s))
        record["supply"] = min(BIG, math.floor(min(drawable_l, BIG) + 1e-6))
        record["bays"] = bays
        record["is_potable"] = source.potable
        record["is_queued"] = bays < num_trucks or source.is_refilling
        record["is_refilling"] = source.is_refilling
        record["opening"] = source.opening_s
        record["fill_s_per_l"] = _s_per_l(source.fill_rate_l_per_min)
        fill_s = math.ceil(largest_l * record["fill_s_per_l"])
        record["longest_fill"] = scenario.service.fill_setup_s + fill_s
        record["stock"] = source.stock_l or 0
        record["inflow_per_s"] = (source.inflow_l_per_h or 0.0) / 3600
    return records


def _s_per_l(rate_l_per_min: float | None) -> float:
    return 0.0 if rate_l_per_min is None else 60.0 / rate_l_per_min


def _windows(all_windows: Sequence[Sequence[TimeWindow]]) -> Ints:
    """Return windows as (N, W, 2); no windows means at any time."""
    width = max([1, *(len(windows) for windows in all_windows)])
    table = np.full((len(all_windows), width, 2), BIG, dtype=np.int64)
    for idx, windows in enumerate(all_windows):
        if not windows:
            table[idx, 0] = (0, BIG - 1)
        for w, window in enumerate(windows):
            table[idx, w] = (window.early_s, window.late_s)
    return table


def _access_classes(
    scenario: Scenario,
) -> tuple[Ints, Mask]:
    keys: dict[tuple[float | None, float | None, tuple[str, ...]], int] = {}
    classes = []
    rows = []
    for truck in scenario.trucks:
        key = (truck.gross_t, truck.width_m, truck.not_to)
        if key not in keys:
            keys[key] = len(keys)
            rows.append([truck.may_enter(village) for village in scenario.villages])
        classes.append(keys[key])
    may_enter = np.array(rows, dtype=np.bool_).reshape(len(rows), -1)
    return np.array(classes, dtype=np.int64), may_enter
