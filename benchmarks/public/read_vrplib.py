"""Readers of VRPLIB text: mtvrptw_r, mtvrp, *_site, cvrp_x, hfvrp, mdvrptw."""

from __future__ import annotations

import csv
import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.public.model import (
    Customer,
    PublicDepot,
    PublicInstance,
    VehicleGroup,
    distances,
)

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.public.model import Point


@dataclass(slots=True)
class _Sections:
    """The header fields and the tables of a VRPLIB text."""

    header: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def whole(self, name: str) -> int:
        return int(float(self.header[name]))

    def column(self, name: str, default: float, k: int = 1) -> list[float]:
        """Return one value per node; ``default`` where the table is missing."""
        if name in self.tables:
            return [float(row[k]) for row in self.tables[name]]
        return [default] * len(self.tables["NODE_COORD"])

    def points(self) -> list[Point]:
        return [(float(x), float(y)) for _, x, y in self.tables["NODE_COORD"]]


def _parse(path: Path) -> _Sections:
    sections = _Sections()
    table: list[list[str]] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            table = sections.tables.setdefault(words[0].removesuffix("_SECTION"), [])
        elif ":" in line and not words[0].lstrip("-").isdigit():
            name, value = line.split(":", 1)
            sections.header[name.strip()] = value.strip()
        elif table is not None:
            table.append(words)
    return sections


def read_cvrp(path: Path) -> PublicInstance:
    """Return a capacitated instance with as many vehicles as wanted."""
    sections = _parse(path)
    return PublicInstance(
        name=path.stem,
        family="cvrp_x",
        depots=(PublicDepot(),),
        customers=_customers(sections, 1),
        groups=(VehicleGroup(depot=0, capacity=sections.whole("CAPACITY")),),
        may_split=False,
        distance=distances(sections.points(), "nearest"),
        is_integer=True,
        unit="distance, legs rounded",
    )


def read_mtvrptw(path: Path) -> PublicInstance:
    """Return a multi-trip instance with windows and releases, times in tenths."""
    sections = _parse(path)
    early, late = (sections.column("TIME_WINDOW", 0, k)[0] for k in (1, 2))
    return PublicInstance(
        name=path.stem,
        family="mtvrptw_r",
        depots=(PublicDepot(None, 10 * early, 10 * late),),
        customers=_customers(sections, 10),
        groups=(
            VehicleGroup(
                depot=0,
                capacity=sections.whole("CAPACITY"),
                count=sections.whole("VEHICLES"),
                may_reload=True,
            ),
        ),
        may_split=False,
        distance=distances(sections.points(), "tenths"),
        is_integer=True,
        unit="tenths of a distance",
    )


def read_site_dependent(path: Path) -> PublicInstance:
    """Return an instance in which every vehicle has its own customers."""
    sections = _parse(path)
    early, late = (sections.column("TIME_WINDOW", 0, k)[0] for k in (1, 2))
    allowed = {
        int(row[0]): frozenset(int(node) - 2 for node in row[1:] if node != "1")
        for row in sections.tables["VEHICLES_ALLOWED_CLIENTS"]
    }
    longest = 1000 * float(sections.header.get("VEHICLES_MAX_DURATION", "inf"))
    groups = [
        VehicleGroup(
            depot=0,
            capacity=int(float(capacity)),
            count=1,
            max_duration=longest,
            allowed=allowed[int(vehicle)],
        )
        for vehicle, capacity in sections.tables["CAPACITY"]
    ]
    return PublicInstance(
        name=path.stem,
        family="sdvrptw_site",
        depots=(PublicDepot(None, 1000 * early, 1000 * late),),
        customers=_customers(sections, 1000),
        groups=tuple(groups),
        may_split=False,
        distance=distances(sections.points(), "thousandths"),
        is_integer=True,
        unit="thousandths of a distance",
    )


def read_mtvrp(path: Path) -> PublicInstance:
    """
    Return a multi-trip instance; ``path`` is its name beside ``instances.csv``.

    The table there gives base file, vehicles and horizon.
    """
    table = path.parent / "instances.csv"
    with table.open(encoding="utf-8", newline="") as lines:
        rows = {row["instance"]: row for row in csv.DictReader(lines)}
    row = rows[path.stem]
    sections = _parse(path.with_name(row["base_file"].removesuffix(".vrp") + ".vrp"))
    return PublicInstance(
        name=path.stem,
        family="mtvrp",
        depots=(PublicDepot(),),
        customers=_customers(sections, 1),
        groups=(
            VehicleGroup(
                depot=0,
                capacity=sections.whole("CAPACITY"),
                count=int(row["vehicles"]),
                max_travel=float(row["T_H"]),
                may_reload=True,
            ),
        ),
        may_split=False,
        distance=distances(sections.points(), "exact"),
        is_integer=False,
    )


def read_mixed_fleet(path: Path) -> PublicInstance:
    """Return an instance of vehicles with capacities and prices of their own."""
    sections = _parse(path)
    size = len(sections.tables["CAPACITY"])
    capacity = [int(float(row[1])) for row in sections.tables["CAPACITY"]]
    # Prices in the files are 100 times those of the published values.
    fixed, unit = (
        [float(row[1]) / 100 for row in sections.tables[name]]
        if name in sections.tables
        else [usual] * size
        for name, usual in (
            ("VEHICLES_FIXED_COST", 0.0),
            ("VEHICLES_UNIT_DISTANCE_COST", 1.0),
        )
    )
    kinds = itertools.groupby(zip(capacity, fixed, unit, strict=True))
    return PublicInstance(
        name=path.stem,
        family="hfvrp",
        depots=(PublicDepot(),),
        customers=_customers(sections, 1),
        groups=tuple(
            VehicleGroup(
                depot=0,
                capacity=kind[0],
                count=len(list(alike)),
                fixed_cost=kind[1],
                cost_per_distance=kind[2],
            )
            for kind, alike in kinds
        ),
        may_split=False,
        distance=distances(sections.points(), "exact"),
        is_integer=False,
        unit="fixed cost and price times distance",
    )


def read_several_depots(path: Path) -> PublicInstance:
    """Return an instance with windows whose vehicles belong to depots."""
    sections = _parse(path)
    # Depots are the first nodes, in order.
    num_depots = len([row for row in sections.tables["DEPOT"] if row != ["-1"]])
    early, late = (sections.column("TIME_WINDOW", 0, k) for k in (1, 2))
    longest = 1000 * float(sections.header.get("VEHICLES_MAX_DURATION", "inf"))
    depot_of = [int(row[1]) - 1 for row in sections.tables["VEHICLES_DEPOT"]]
    return PublicInstance(
        name=path.stem,
        family="mdvrptw",
        depots=tuple(
            PublicDepot(None, 1000 * early[depot], 1000 * late[depot])
            for depot in range(num_depots)
        ),
        customers=_customers(sections, 1000, num_depots),
        groups=tuple(
            VehicleGroup(
                depot=depot,
                capacity=sections.whole("CAPACITY"),
                count=len(list(alike)),
                max_duration=longest,
            )
            for depot, alike in itertools.groupby(depot_of)
        ),
        may_split=False,
        distance=distances(sections.points(), "thousandths"),
        is_integer=True,
        unit="thousandths of a distance",
    )


def _customers(
    sections: _Sections, scale: int, num_depots: int = 1
) -> tuple[Customer, ...]:
    """Return all nodes but the first, times multiplied by ``scale``."""
    usual = float(sections.header.get("SERVICE_TIME", "0"))
    columns = zip(
        sections.column("DEMAND", 0),
        sections.column("SERVICE_TIME", usual),
        sections.column("TIME_WINDOW", 0, 1),
        sections.column("TIME_WINDOW", math.inf, 2),
        sections.column("RELEASE_TIME", 0),
        strict=True,
    )
    return tuple(
        Customer(int(demand), *(scale * value for value in times))
        for demand, *times in list(columns)[num_depots:]
    )
