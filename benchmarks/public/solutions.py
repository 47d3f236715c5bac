"""Readers of published solutions, one per form, and the table of best values."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.public.model import Drop, PublicRoute

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.public.model import PublicInstance


@dataclass(frozen=True, slots=True)
class BestKnown:
    """A line of ``best_known.csv``; ``value`` None where none is known."""

    family: str
    instance: str
    value: float | None
    is_proven: bool
    solution_file: str


def read_best_known(path: Path) -> list[BestKnown]:
    """Return all lines of the table, in its order."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            BestKnown(
                row["family"],
                row["instance"],
                float(row["best_known"]) if row["best_known"] else None,
                row["proven_optimal"] == "yes",
                row["solution_file"],
            )
            for row in csv.DictReader(lines)
        ]


def read_solution(path: Path, instance: PublicInstance) -> list[PublicRoute]:
    """Return the routes of a published solution in its family's form."""
    return _FORMS[instance.family](path.read_text(encoding="utf-8"), instance)


def _route_lines(text: str) -> list[str]:
    """Return what follows the colon of every line of a route or vehicle."""
    pattern = r"^(?:Route|Vehicle)\s+#?\d+\s*:(.*)$"
    return [match.group(1) for match in re.finditer(pattern, text, re.MULTILINE)]


def _whole_drops(words: list[str], instance: PublicInstance) -> tuple[Drop, ...]:
    positions = [int(word) - len(instance.depots) for word in words]
    return tuple(Drop(k, instance.customers[k].demand) for k in positions)


def _plain(text: str, instance: PublicInstance) -> list[PublicRoute]:
    """``Route #k: 3 1 2``; of vehicle k where there are several groups."""
    lines = _route_lines(text)
    groups = [0] * len(lines)
    if len(instance.groups) > 1:
        kinds = enumerate(group.count or 0 for group in instance.groups)
        groups = [k for k, count in kinds for _ in range(count)]
    # Vehicles at the end that stay may have no line.
    return [
        PublicRoute(group, (_whole_drops(line.split(), instance),))
        for group, line in zip(groups, lines, strict=False)
        if line.strip()
    ]


def _with_reloads(text: str, instance: PublicInstance) -> list[PublicRoute]:
    """``Route #k: 3 1 0 2`` or ``Vehicle #k: 3 1 | 2``: a mark is a reload."""
    routes = []
    for line in _route_lines(text):
        parts = re.split(r"\s0\s|\|", f" {line} ")
        trips = (_whole_drops(part.split(), instance) for part in parts)
        routes.append(PublicRoute(0, tuple(trip for trip in trips if trip)))
    return [route for route in routes if route.trips]


def _pairs(words: str) -> tuple[Drop, ...]:
    pairs = (word.split(":") for word in words.split())
    return tuple(Drop(int(k) - 1, int(q)) for k, q in pairs)


def _with_quantities(text: str, _instance: PublicInstance) -> list[PublicRoute]:
    """``Route #k: customer:quantity ...``."""
    return [PublicRoute(0, (_pairs(line),)) for line in _route_lines(text)]


def _by_depot(text: str, _instance: PublicInstance) -> list[PublicRoute]:
    """``depot d xN: customer:quantity ...``, driven N times."""
    pattern = r"^depot\s+(\d+)\s+x(\d+)\s*:(.*)$"
    routes = []
    for match in re.finditer(pattern, text, re.MULTILINE):
        route = PublicRoute(int(match.group(1)) - 1, (_pairs(match.group(3)),))
        routes += [route] * int(match.group(2))
    return routes


def _numbered(text: str, instance: PublicInstance) -> list[PublicRoute]:
    """Cost, then ``depot type distance cost load service travel total c q ...``."""
    num_types = len(instance.groups) // len(instance.depots)
    routes = []
    for line in text.splitlines()[1:]:
        words = line.split()
        if len(words) < 10:
            continue
        numbers = [int(float(word)) for word in words[8:]]
        drops = tuple(map(Drop, numbers[::2], numbers[1::2]))
        group = int(words[0]) * num_types + int(words[1])
        routes.append(PublicRoute(group, (drops,)))
    return routes


_FORMS: dict[str, Callable[[str, PublicInstance], list[PublicRoute]]] = {
    "sdvrp": _with_quantities,
    "mdsdvrp": _by_depot,
    "mdsdhvrp_i": _numbered,
    "mtvrptw_r": _with_reloads,
    "mtvrp": _with_reloads,
    "sdvrptw_site": _plain,
    "cvrp_x": _plain,
    "hfvrp": _plain,
    "mdvrptw": _plain,
}


def written_cost(path: Path) -> float | None:
    """Return the cost that a solution file claims; None where it gives none."""
    text = path.read_text(encoding="utf-8")
    match = re.search(r"^Cost:?\s+([0-9.]+)", text, re.MULTILINE)
    if match is None:  # one form has the bare cost in its first line
        match = re.match(r"\s*([0-9.]+)\s*$", text.splitlines()[0])
    return float(match.group(1)) if match else None
