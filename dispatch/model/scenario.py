"""The input of one day: villages, sources, depots, trucks, and what they share."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypeVar

from dispatch.model.labels import place_labels

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from dispatch.errors import Problem
    from dispatch.model.areas import Area, MapFeature
    from dispatch.model.road_limits import RoadLimit, SpeedRule
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.travel import TravelTable
    from dispatch.model.water.network import WaterNetwork, WaterPeople

Datum = Literal["wgs84", "gcj02", "bd09"]


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _require_place(label: str, lat: float, lon: float) -> None:
    _require(
        math.isfinite(lat) and -90 <= lat <= 90, f"{label}: lat {lat} is off the map"
    )
    _require(
        math.isfinite(lon) and -180 <= lon <= 180, f"{label}: lon {lon} is off the map"
    )


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Seconds since midnight between which something may start, both included."""

    early_s: int
    late_s: int

    def __post_init__(self) -> None:
        """Refuse a window that ends before it starts."""
        _require(
            0 <= self.early_s <= self.late_s,
            f"window {self.early_s}..{self.late_s} s ends before it starts",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """
    A place with people (or animals) that needs water today.

    Attributes
    ----------
    storage_l, stock_l
        Volume of the receiving tank (None: not limited) and the water in it now.
    piped_l
        What its taps give today by the plan of all the water: trucks need not bring it.
    windows
        When unloading may start, in order; empty means at any time.
    max_gross_t, max_width_m, max_visits
        Limits of the lane and of truck visits a day; None means not limited.
    code
        Of the statistics bureau, 12 digits; names are not unique.
    transfer_lat, transfer_lon, transfer_by
        Where trucks stop if not at the village, and what brings the water from
        there: a hose, a tricycle, people; None: trucks go to the village.
    """

    village_id: str
    name: str
    lat: float
    lon: float
    population: int = 0
    vulnerable_people: int = 0
    cattle: int = 0
    pigs: int = 0
    sheep: int = 0
    poultry: int = 0
    facility_l: int = 0
    storage_l: int | None = None
    stock_l: int = 0
    piped_l: int = 0
    windows: tuple[TimeWindow, ...] = ()
    max_gross_t: float | None = None
    max_width_m: float | None = None
    max_visits: int | None = None
    township: str = ""
    code: str = ""
    transfer_lat: float | None = None
    transfer_lon: float | None = None
    transfer_by: str = ""
    contact: str = ""
    phone: str = ""
    out_of_service: bool = False
    notes: str = ""

    def __post_init__(self) -> None:
        """Guard the ranges that every later step relies on."""
        label = f"village {self.village_id}"
        _require_place(label, self.lat, self.lon)
        for name in (
            "population",
            "vulnerable_people",
            "cattle",
            "pigs",
            "sheep",
            "poultry",
            "facility_l",
            "stock_l",
            "piped_l",
        ):
            _require(getattr(self, name) >= 0, f"{label}: {name} is negative")
        _require(
            self.vulnerable_people <= self.population,
            f"{label}: {self.vulnerable_people} vulnerable of {self.population} people",
        )
        _require(
            self.storage_l is None or self.storage_l >= 0,
            f"{label}: storage_l is negative",
        )
        _require_sorted(label, self.windows)
        _require(
            (self.transfer_lat is None) == (self.transfer_lon is None),
            f"{label}: a transfer point needs lat and lon",
        )
        _require_place(label, *self.stop_at)

    @property
    def stop_at(self) -> tuple[float, float]:
        """Where trucks stop, (lat, lon): the transfer point, else the village."""
        if self.transfer_lat is None or self.transfer_lon is None:
            return self.lat, self.lon
        return self.transfer_lat, self.transfer_lon

    @property
    def free_storage_l(self) -> int | None:
        """Litres that the tank can still take; None when it is not limited."""
        if self.storage_l is None:
            return None
        return max(0, self.storage_l - self.stock_l)


def _require_sorted(label: str, windows: Sequence[TimeWindow]) -> None:
    for before, after in itertools.pairwise(windows):
        _require(
            before.late_s < after.early_s, f"{label}: windows overlap or are unordered"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A place where trucks fill.

    Attributes
    ----------
    supply_l
        Litres that it may give today; None means not limited.
    fill_rate_l_per_min
        Per bay; None means that filling takes the set-up time only.
    bays
        Trucks that can fill at once; None means not limited.
    windows
        Opening hours: a filling starts and ends inside one of them.
    stock_l, inflow_l_per_h
        A spring or pumped well: at hour h after the first opening no more than
        ``stock_l + inflow_l_per_h * h`` may have been drawn. Both None: all of
        ``supply_l`` is there from the start.
    """

    source_id: str
    name: str
    lat: float
    lon: float
    kind: str = ""
    supply_l: int | None = None
    fill_rate_l_per_min: float | None = None
    bays: int | None = None
    windows: tuple[TimeWindow, ...] = ()
    potable: bool = True
    stock_l: int | None = None
    inflow_l_per_h: float | None = None
    contact: str = ""
    phone: str = ""
    out_of_service: bool = False
    notes: str = ""

    def __post_init__(self) -> None:
        """Guard the ranges that every later step relies on."""
        label = f"source {self.source_id}"
        _require_place(label, self.lat, self.lon)
        _require(self.supply_l is None or self.supply_l >= 0, f"{label}: supply_l < 0")
        _require(
            self.fill_rate_l_per_min is None or self.fill_rate_l_per_min > 0,
            f"{label}: fill_rate_l_per_min must be positive",
        )
        _require(self.bays is None or self.bays >= 1, f"{label}: bays must be >= 1")
        _require(self.stock_l is None or self.stock_l >= 0, f"{label}: stock_l < 0")
        _require(
            self.inflow_l_per_h is None or self.inflow_l_per_h >= 0,
            f"{label}: inflow_l_per_h < 0",
        )
        _require_sorted(label, self.windows)

    @property
    def is_refilling(self) -> bool:
        """Whether the water comes in during the day (rule 7, second half)."""
        return self.stock_l is not None or self.inflow_l_per_h is not None

    @property
    def opening_s(self) -> int:
        """Seconds since midnight of the first opening; midnight if always open."""
        return self.windows[0].early_s if self.windows else 0

    def drawable_l(self, time_s: int) -> float:
        """Return the litres that may have been drawn by ``time_s`` (rule 7)."""
        supply = math.inf if self.supply_l is None else float(self.supply_l)
        if not self.is_refilling:
            return supply
        hours = max(0, time_s - self.opening_s) / 3600
        return min(supply, (self.stock_l or 0) + (self.inflow_l_per_h or 0.0) * hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """Where trucks start and end their shift; it need not have water."""

    depot_id: str
    name: str
    lat: float
    lon: float

    def __post_init__(self) -> None:
        """Refuse a place that is off the map."""
        _require_place(f"depot {self.depot_id}", self.lat, self.lon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """
    A vehicle with a tank.

    Attributes
    ----------
    gross_t, width_m, height_m
        Laden weight and size; None means that no lane is too narrow for it.
    loaded_speed_km_h
        The most that it drives on any road when loaded; None: as the road allows.
    potable
        Whether its tank may carry drinking water.
    speed_factor
        Travel times are divided by it.
    break_s, break_window
        A pause of ``break_s`` that starts inside the window; 0 and None: no pause.
    letter
        What it is called on maps, pages and paper; empty: as it comes.
    not_to
        Ids of villages where the office does not let it go.
    """

    truck_id: str
    capacity_l: int
    depot_id: str
    shift_start_s: int
    shift_end_s: int
    plate: str = ""
    unload_rate_l_per_min: float | None = None
    gross_t: float | None = None
    width_m: float | None = None
    height_m: float | None = None
    loaded_speed_km_h: float | None = None
    potable: bool = True
    speed_factor: float = 1.0
    break_s: int = 0
    break_window: TimeWindow | None = None
    kind: str = ""
    driver: str = ""
    phone: str = ""
    cost_per_km: float | None = None
    letter: str = ""
    not_to: tuple[str, ...] = ()
    out_of_service: bool = False
    notes: str = ""

    def __post_init__(self) -> None:
        """Guard the ranges that every later step relies on."""
        label = f"truck {self.truck_id}"
        _require(self.capacity_l > 0, f"{label}: capacity_l must be positive")
        _require(
            0 <= self.shift_start_s <= self.shift_end_s,
            f"{label}: shift ends before it starts",
        )
        _require(
            self.unload_rate_l_per_min is None or self.unload_rate_l_per_min > 0,
            f"{label}: unload_rate_l_per_min must be positive",
        )
        _require(self.speed_factor > 0, f"{label}: speed_factor must be positive")
        _require(self.break_s >= 0, f"{label}: break_s is negative")
        _require(
            self.break_s == 0 or self.break_window is not None,
            f"{label}: a break needs break_from and break_until",
        )

    def may_enter(self, village: Village) -> bool:
        """Whether the truck fits the lane to the village and may go there (rule 9)."""
        return village.village_id not in self.not_to and self.fits(village)

    def fits(self, village: Village) -> bool:
        """Whether the lane to the village carries the truck."""
        too_heavy = (
            self.gross_t is not None
            and village.max_gross_t is not None
            and self.gross_t > village.max_gross_t
        )
        too_wide = (
            self.width_m is not None
            and village.max_width_m is not None
            and self.width_m > village.max_width_m
        )
        return not (too_heavy or too_wide)

    def may_fill_at(self, source: Source) -> bool:
        """Whether the truck may take this water (rule 10)."""
        return source.potable or not self.potable


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedStandard:
    """
    Litres a day that people and animals need.

    ``survival``, ``basic`` and ``normal`` are cumulative per person.
    """

    survival_l_per_person: float = 7.5
    basic_l_per_person: float = 20.0
    normal_l_per_person: float = 35.0
    cattle_l_per_head: float = 38.0
    pigs_l_per_head: float = 10.0
    sheep_l_per_head: float = 6.0
    poultry_l_per_head: float = 0.5

    def __post_init__(self) -> None:
        """Refuse standards that fall from one band to the next."""
        _require(
            0
            <= self.survival_l_per_person
            <= self.basic_l_per_person
            <= self.normal_l_per_person,
            "need_l_per_person must rise from survival to basic to normal",
        )
        _require(
            min(
                self.cattle_l_per_head,
                self.pigs_l_per_head,
                self.sheep_l_per_head,
                self.poultry_l_per_head,
            )
            >= 0,
            "need_l_per_head must not be negative",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRules:
    """Set-up times of fillings and visits, and the smallest visit."""

    fill_setup_s: int = 300
    drop_setup_s: int = 300
    min_drop_l: int = 200

    def __post_init__(self) -> None:
        """Refuse negative times and litres."""
        _require(
            min(self.fill_setup_s, self.drop_setup_s, self.min_drop_l) >= 0,
            "service times and min_drop_l must not be negative",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLine:
    """Speed and detour used only where neither a table nor roads are given."""

    speed_km_h: float = 25.0
    detour: float = 1.4

    def __post_init__(self) -> None:
        """Refuse a speed of zero and a detour shorter than the straight line."""
        _require(self.speed_km_h > 0, "travel.speed_km_h must be positive")
        _require(self.detour >= 1, "travel.detour must be at least 1")


_Member = TypeVar("_Member", Village, Source, Truck)


Place: TypeAlias = "Depot | Source | Village"


class Resting(NamedTuple):
    """What is out of service today, and its row in its table, counted from 0."""

    row: int
    item: Village | Source | Truck


def place_or_truck(item: Village | Source | Truck) -> str:
    """Return what people call a thing: its name or plate, with its id."""
    if isinstance(item, Truck):
        return f"{item.truck_id} {item.plate}".strip()
    label = item.village_id if isinstance(item, Village) else item.source_id
    return item.name if item.name == label else f"{item.name} ({label})"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """
    Everything that is known before the planning of one day.

    Tables by id are made once, when they are first asked for.

    Attributes
    ----------
    equity_steps
        Every need band is cut into so many equal slices, served in order.
    travel_table, roads
        What the scenario says about travel; both None means straight lines.
    road_limits
        Limits, closures and slow roads that the office knows of.
    speed_rules
        Rows that replace those of the project's own table of speeds.
    areas
        Townships and the county that the places should lie in.
    basemap
        Water, boundaries and names that maps draw under all else.
    folder
        Where it was read from; None when it was made in memory.
    warnings
        What the reader noticed and went on with.
    resting
        Villages, sources and trucks that are out of service: in the tables, but in
        no plan.
    water
        Reservoirs, canals, fields, pumps and piped zones; None: trucks only.
    water_people
        Who is on duty there and who is served at the door: personal data, which
        nothing that is published or drawn may hold; None: no table names anybody.
    """

    name: str
    date: dt.date
    villages: tuple[Village, ...]
    sources: tuple[Source, ...]
    depots: tuple[Depot, ...]
    trucks: tuple[Truck, ...]
    datum: Datum = "wgs84"
    need: NeedStandard = field(default_factory=NeedStandard)
    service: ServiceRules = field(default_factory=ServiceRules)
    straight_line: StraightLine = field(default_factory=StraightLine)
    equity_steps: int = 1
    travel_table: TravelTable | None = None
    roads: RoadNetwork | None = None
    road_limits: tuple[RoadLimit, ...] = ()
    speed_rules: tuple[SpeedRule, ...] = ()
    areas: tuple[Area, ...] = ()
    basemap: tuple[MapFeature, ...] = ()
    folder: Path | None = None
    warnings: tuple[Problem, ...] = ()
    resting: tuple[Resting, ...] = ()
    water: WaterNetwork | None = None
    water_people: WaterPeople | None = None

    def __post_init__(self) -> None:
        """Guard what makes ids usable as keys."""
        _require(self.equity_steps >= 1, "plan.equity_steps must be at least 1")
        _require_unique("village_id", (v.village_id for v in self.villages))
        _require_unique("truck_id", (t.truck_id for t in self.trucks))
        _require_unique("place id", self.place_ids)
        depot_ids = {depot.depot_id for depot in self.depots}
        for truck in self.trucks:
            _require(
                truck.depot_id in depot_ids,
                f"truck {truck.truck_id}: unknown depot {truck.depot_id}",
            )

    @property
    def all_villages(self) -> tuple[Village, ...]:
        """Villages of the table, those out of service at their row."""
        return self._with_resting(self.villages, Village)

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """Sources of the table, those out of service at their row."""
        return self._with_resting(self.sources, Source)

    @property
    def all_trucks(self) -> tuple[Truck, ...]:
        """Trucks of the table, those out of service at their row."""
        return self._with_resting(self.trucks, Truck)

    def _with_resting(
        self, items: tuple[_Member, ...], kind: type[_Member]
    ) -> tuple[_Member, ...]:
        merged = list(items)
        for row, item in sorted(self.resting, key=lambda resting: resting.row):
            if isinstance(item, kind):
                merged.insert(row, item)
        return tuple(merged)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All depots, then sources, then villages."""
        return (*self.depots, *self.sources, *self.villages)

    @cached_property
    def place_ids(self) -> tuple[str, ...]:
        """Ids of `places`, in the same order."""
        return tuple(map(id_of_place, self.places))

    @cached_property
    def place_by_id(self) -> Mapping[str, Place]:
        """Places, in order."""
        return dict(zip(self.place_ids, self.places, strict=True))

    @cached_property
    def place_idx(self) -> Mapping[str, int]:
        """Position in `places` of every place id."""
        return {place_id: idx for idx, place_id in enumerate(self.place_ids)}

    @cached_property
    def depot_by_id(self) -> Mapping[str, Depot]:
        """Depots, in order."""
        return {depot.depot_id: depot for depot in self.depots}

    @cached_property
    def source_by_id(self) -> Mapping[str, Source]:
        """Sources in service, in order."""
        return {source.source_id: source for source in self.sources}

    @cached_property
    def village_by_id(self) -> Mapping[str, Village]:
        """Villages in service, in order."""
        return {village.village_id: village for village in self.villages}

    @cached_property
    def truck_by_id(self) -> Mapping[str, Truck]:
        """Trucks in service, in order."""
        return {truck.truck_id: truck for truck in self.trucks}

    @cached_property
    def truck_idx(self) -> Mapping[str, int]:
        """Position in ``trucks`` of every truck id."""
        return {truck.truck_id: idx for idx, truck in enumerate(self.trucks)}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What to call every place; different for all of them."""
        return place_labels(self.place_by_id)

    def label(self, place_id: str) -> str:
        """Return what to call a place; its id, if there is no such place."""
        return self.labels.get(place_id, place_id)

    def plate(self, truck_id: str) -> str:
        """Return the plate of a truck; empty if there is no such truck."""
        truck = self.truck_by_id.get(truck_id)
        return truck.plate if truck is not None else ""


def id_of_place(place: Place) -> str:
    """Return the id of a depot, a source or a village."""
    if isinstance(place, Depot):
        return place.depot_id
    return place.source_id if isinstance(place, Source) else place.village_id


def _require_unique(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for label in ids:
        _require(label not in seen, f"{what} {label!r} is used twice")
        seen.add(label)
