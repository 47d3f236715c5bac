"""How fast trucks drive on every road, empty and loaded, from one readable table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from dispatch.model.road_limits import SpeedRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Floats
    from dispatch.model.road_limits import SpeedKind
    from dispatch.model.roads import RoadNetwork


#: What a class that no row names falls back to.
OTHER: Final = "*"
#: On foot or by cart where a place stands off the road, with the detour of lanes.
ACCESS_KM_H: Final = 12.0
_WORDS: Final = ("class", "surface", "tracktype", "smoothness")


@cache
def default_rules() -> tuple[SpeedRule, ...]:
    """Return the rows of ``speeds.csv``."""
    text = files(__package__).joinpath("speeds.csv").read_text(encoding="utf-8")
    return tuple(
        SpeedRule(
            kind=cast("SpeedKind", row["kind"]),
            value=value,
            empty_km_h=_number(row["empty_km_h"]),
            loaded_km_h=_number(row["loaded_km_h"]),
            max_gross_t=_number(row["max_gross_t"]),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
        for value in row["value"].split("|")
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def rules_with(overrides: Iterable[SpeedRule]) -> tuple[SpeedRule, ...]:
    """Return the default rows, each replaced by the override of its kind and value."""
    rules = {_key(rule): rule for rule in default_rules()}
    rules |= {_key(rule): rule for rule in overrides}
    return tuple(rules.values())


def _key(rule: SpeedRule) -> tuple[str, str | float]:
    if rule.kind in _WORDS:
        return rule.kind, rule.value.strip().casefold()
    return rule.kind, float(rule.value)


@dataclass(frozen=True, slots=True)
class RoadSpeeds:
    """
    Speeds along (``ahead``) and against (``back``) every edge.

    Attributes
    ----------
    empty_ahead, empty_back, loaded_ahead, loaded_back
        Shape (E,), km/h; 0: cannot drive there.
    max_gross_t
        Shape (E,): what surface and track carry by the table; inf: anything.
    """

    empty_ahead: Floats
    empty_back: Floats
    loaded_ahead: Floats
    loaded_back: Floats
    max_gross_t: Floats


def road_speeds(roads: RoadNetwork, rules: Iterable[SpeedRule]) -> RoadSpeeds:
    """
    Return the speeds on every edge: the lowest of all rows that fit.

    Parameters
    ----------
    roads
        The road network of the scenario, as columns.
    rules
        Rows of the table of speeds, as ``rules_with`` gives them.

    Notes
    -----
    A speed measured on the road itself wins over every row. A posted limit holds
    besides the rows. Where no height is known a road counts as level.
    """
    rules = tuple(rules)
    num_edges = roads.num_edges
    empty, loaded, gross = (np.full(num_edges, np.inf) for _ in range(3))
    words = {
        "class": roads.road_class,
        "surface": roads.surface,
        "tracktype": roads.tracktype,
        "smoothness": roads.smoothness,
    }
    for kind, values in words.items():
        table = {_key(rule)[1]: rule for rule in rules if rule.kind == kind}
        known, code = np.unique(
            np.array([value.strip().casefold() for value in values] or [""]),
            return_inverse=True,
        )
        rows = [table.get(str(value), table.get(OTHER)) for value in known]
        if num_edges:
            empty = np.minimum(empty, _column(rows, "empty_km_h")[code])
            loaded = np.minimum(loaded, _column(rows, "loaded_km_h")[code])
            gross = np.minimum(gross, _column(rows, "max_gross_t")[code])
    posted = np.where(np.isnan(roads.max_speed_km_h), np.inf, roads.max_speed_km_h)
    grade = np.nan_to_num(roads.grade, nan=0.0)
    by_direction = []
    for speed, name in ((empty, "empty_km_h"), (loaded, "loaded_km_h")):
        for rise in (grade, -grade):
            capped = np.minimum(np.minimum(speed, posted), _slope(rise, rules, name))
            speed_km_h = np.where(np.isnan(roads.speed_km_h), capped, roads.speed_km_h)
            by_direction.append(speed_km_h)
    return RoadSpeeds(
        by_direction[0], by_direction[1], by_direction[2], by_direction[3], gross
    )


def _column(rows: list[SpeedRule | None], name: str) -> Floats:
    values = [None if row is None else getattr(row, name) for row in rows]
    return np.array([np.inf if value is None else value for value in values])


def _slope(rise: Floats, rules: tuple[SpeedRule, ...], name: str) -> Floats:
    """Return the speeds that climbs and descents allow; ``rise`` in driving order."""
    most = np.full(len(rise), np.inf)
    for rule in rules:
        value = getattr(rule, name)
        if rule.kind in _WORDS or value is None:
            continue
        steep = rise if rule.kind == "up" else -rise
        # A little slack: 6 % from a table of heights may be 5.99999 %.
        fits = steep >= float(rule.value) - 1e-9
        most[fits] = np.minimum(most[fits], value)
    return most
