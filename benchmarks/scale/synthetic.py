"""Synthetic days of any size, with everything that a scenario can have."""

from __future__ import annotations

import datetime as dt

import numpy as np

from dispatch.model.scenario import Depot, Scenario, Source, TimeWindow, Truck, Village

HOUR_S = 3_600
TANKS_L = (3_000, 5_000, 8_000, 10_000, 12_000)


def synthetic_day(num_villages: int, seed: int = 0) -> Scenario:
    """
    Return a scenario of clustered places; travel is by straight lines.

    Trucks are 14 %, sources 3.3 % of the villages. A fifth of the villages has a
    window, a tenth a limit of weight; sources have bays, hours and supply.
    """
    rng = np.random.default_rng(seed)
    side = 0.02 * np.sqrt(num_villages)  # degrees: equally dense at any size
    centres = rng.uniform(0, side, (max(3, num_villages // 15), 2))

    def points(count: int) -> np.ndarray:
        chosen = centres[rng.integers(len(centres), size=count)]
        return chosen + rng.normal(0, 0.015, (count, 2)) + (27.0, 112.5)

    population = np.exp(rng.normal(np.log(150), 0.9, num_villages)).astype(int) + 5
    villages = [
        _village(k, place, int(people), rng)
        for k, (place, people) in enumerate(
            zip(points(num_villages), population, strict=True)
        )
    ]
    sources = [
        Source(
            source_id=f"S{k}",
            name=f"Source {k}",
            lat=float(lat),
            lon=float(lon),
            supply_l=int(rng.integers(150, 400)) * 1_000,
            fill_rate_l_per_min=500.0,
            bays=int(rng.integers(1, 4)),
            windows=(TimeWindow(6 * HOUR_S, 20 * HOUR_S),),
        )
        for k, (lat, lon) in enumerate(points(max(2, num_villages // 30)))
    ]
    # Depots are at sources, and trucks where there are few of them.
    depots = [
        Depot(depot_id=f"D{k}", name=f"Depot {k}", lat=source.lat, lon=source.lon)
        for k, source in enumerate(sources)
    ]
    num_trucks = max(3, round(0.14 * num_villages))
    trucks = [_truck(k, len(depots), rng) for k in range(num_trucks)]
    return Scenario(
        name=f"synthetic-{num_villages}",
        date=dt.date(2022, 9, 6),
        villages=tuple(villages),
        sources=tuple(sources),
        depots=tuple(depots),
        trucks=tuple(trucks),
    )


def _village(
    k: int, place: np.ndarray, people: int, rng: np.random.Generator
) -> Village:
    windows: tuple[TimeWindow, ...] = ()
    if rng.random() < 0.2:
        morning = TimeWindow(7 * HOUR_S, 12 * HOUR_S)
        afternoon = TimeWindow(13 * HOUR_S, 18 * HOUR_S)
        windows = (morning if rng.random() < 0.5 else afternoon,)
    return Village(
        village_id=f"V{k}",
        name=f"Village {k}",
        lat=float(place[0]),
        lon=float(place[1]),
        population=people,
        vulnerable_people=int(0.15 * people),
        pigs=int(rng.integers(0, 30)),
        storage_l=40 * people,
        windows=windows,
        max_gross_t=12.0 if rng.random() < 0.1 else None,
    )


def _truck(k: int, num_depots: int, rng: np.random.Generator) -> Truck:
    capacity_l = int(rng.choice(TANKS_L))
    return Truck(
        truck_id=f"T{k}",
        capacity_l=capacity_l,
        depot_id=f"D{k % num_depots}",
        shift_start_s=7 * HOUR_S,
        shift_end_s=17 * HOUR_S,
        unload_rate_l_per_min=400.0,
        gross_t=1.8 * capacity_l / 1_000,
        break_s=1_800,
        break_window=TimeWindow(41_400, 48_600),
    )
