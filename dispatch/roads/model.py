"""The roads of one scenario made ready: places on them, chains, graphs per class."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dispatch.roads.day_rules import DayRules, rules_on_day
from dispatch.roads.limits import match_limits
from dispatch.roads.network.contract import Chains, contract
from dispatch.roads.network.graph import RoadGraph, build_graph
from dispatch.roads.network.parts import RoadParts, cut_roads
from dispatch.roads.periods import DayPeriods, Span, merged, periods_of_day
from dispatch.roads.snap import Snaps, snap_places
from dispatch.roads.speeds import RoadSpeeds, road_speeds, rules_with
from dispatch.roads.truck_class import PartTimes, TruckProfile, part_times, profile_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from dispatch.arrays import Floats, Ints
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario
    from dispatch.roads.limits import MatchedLimit

    Line = list[tuple[float, float]]


class ClassGraphs(NamedTuple):
    """
    The graphs of one class of trucks in some periods of the day.

    ``loaded`` leads to villages; ``empty_reversed`` has every link turned round, so
    that few searches from sources and depots give the routes from all places to them.
    """

    loaded: RoadGraph
    empty_reversed: RoadGraph


class RoadModel:
    """
    What travel times, lines on maps and warnings share; built once per scenario.

    Attributes
    ----------
    rules
        What conditional tags make of the roads on this day.
    matched, unmatched
        Limits of the office on the roads, and those that fit no road, with the reason.
    periods
        When roads change during the day, and which limits hold when.
    class_of_truck
        Number of the class of every truck; one class per set of roads and speeds.
    """

    def __init__(self, scenario: Scenario, roads: RoadNetwork) -> None:
        self.rules: DayRules = rules_on_day(scenario, roads)
        roads = self.roads = self.rules.roads
        self.speeds: RoadSpeeds = road_speeds(roads, rules_with(scenario.speed_rules))
        self.snaps: Snaps = snap_places(scenario, roads, self.speeds)
        matched, self.unmatched = match_limits(roads, scenario.road_limits)
        day = periods_of_day(scenario, [*matched, *self.rules.limits])
        limits = day.all_limits
        self.matched = tuple(item for item in limits if item not in self.rules.limits)
        self.parts: RoadParts = cut_roads(roads, self.snaps, limits)
        self.periods: DayPeriods = self._merged(day, scenario)
        self._profiles: list[TruckProfile] = []
        self.class_of_truck: dict[str, int] = {}
        self._set_classes(scenario)
        self._graphs: dict[tuple[int, Span], ClassGraphs] = {}

    def _set_classes(self, scenario: Scenario) -> None:
        known: dict[bytes, int] = {}
        by_profile: dict[TruckProfile, int] = {}
        for truck in scenario.trucks:
            profile = profile_of(truck)
            if profile not in by_profile:
                key = b"".join(
                    column.tobytes()
                    for span in self.periods.spans
                    for column in _columns(self.times(profile, span))
                )
                if key not in known:
                    known[key] = len(self._profiles)
                    self._profiles.append(profile)
                by_profile[profile] = known[key]
            self.class_of_truck[truck.truck_id] = by_profile[profile]

    def _merged(self, day: DayPeriods, scenario: Scenario) -> DayPeriods:
        """Return the day without changes that no truck notices, and not too many."""
        if not day.switches_s:
            return day
        profiles = {profile_of(truck) for truck in scenario.trucks}
        driven = [
            b"".join(
                column.tobytes()
                for profile in sorted(profiles, key=repr)
                for column in _columns(self._times_under(profile, limits))
            )
            for limits in day.limits
        ]
        return merged(day, lambda p, q: driven[p] == driven[q])

    @property
    def num_classes(self) -> int:
        """Number of classes of trucks."""
        return len(self._profiles)

    def times(self, profile: TruckProfile, span: Span) -> PartTimes:
        """
        Return the seconds of every part for a class in some periods of the day.

        Parameters
        ----------
        profile
            Weight, size and loaded speed of the class.
        span
            First and last period, both included; limits of all of them hold together.

        Returns
        -------
        PartTimes
            Seconds along and against every part, shape (R,) each; inf: closed or too
            narrow.
        """
        return self._times_under(profile, self.periods.limits_of(span))

    def _times_under(
        self, profile: TruckProfile, limits: tuple[MatchedLimit, ...]
    ) -> PartTimes:
        return part_times(profile, self.roads, self.speeds, self.parts, limits)

    @cached_property
    def chains(self) -> Chains:
        """The contracted network between all places."""
        nodes = self.parts.place_node
        return contract(self.parts, np.unique(nodes[nodes >= 0]))

    @cached_property
    def place_position(self) -> Ints:
        """Position of every place among the chains' nodes, -1 without a road."""
        nodes = self.parts.place_node
        position = np.searchsorted(self.chains.nodes, nodes)
        return np.where(nodes >= 0, position, -1)

    def graphs(self, truck_class: int, span: Span) -> ClassGraphs:
        """
        Return the graphs of a class, built when first asked for.

        Parameters
        ----------
        truck_class
            Number as in ``class_of_truck``.
        span
            First and last period, both included.
        """
        key = truck_class, span
        if key not in self._graphs:
            times = self.times(self._profiles[truck_class], span)
            length_m = self.parts.length_m
            self._graphs[key] = ClassGraphs(
                build_graph(
                    self.chains, times.loaded_ahead, times.loaded_back, length_m
                ),
                build_graph(self.chains, times.empty_back, times.empty_ahead, length_m),
            )
        return self._graphs[key]

    def link_line(self, graph: RoadGraph, link: int, *, reverse: bool) -> Line:
        """
        Return the (lat, lon) points of a link, in driving order.

        Parameters
        ----------
        graph
            The graph that the link belongs to.
        link
            Position of the link in the graph.
        reverse
            Whether the graph has its links turned round, as ``empty_reversed``.
        """
        chains, parts = self.chains, self.parts
        chain = int(graph.chain_idx[link])
        ahead = bool(graph.is_ahead[link]) != reverse
        points: Line = []
        steps = range(int(chains.part_at[chain]), int(chains.part_at[chain + 1]))
        for step in steps if ahead else reversed(steps):
            part = int(chains.part_idx[step])
            line = edge_line(
                self.roads,
                int(parts.edge_idx[part]),
                float(parts.early[part]),
                float(parts.late[part]),
            )
            points += line if bool(chains.is_ahead[step]) == ahead else line[::-1]
        return points


def _columns(times: PartTimes) -> tuple[Floats, ...]:
    return (
        times.empty_ahead,
        times.empty_back,
        times.loaded_ahead,
        times.loaded_back,
    )


def edge_line(
    roads: RoadNetwork, edge_idx: int, early: float = 0.0, late: float = 1.0
) -> Line:
    """
    Return the (lat, lon) points of an edge between two shares of its length.

    Parameters
    ----------
    roads
        The network.
    edge_idx
        Position of the edge.
    early, late
        Shares of its length, 0 to 1, in the direction in which it is drawn.
    """
    line = roads.line(edge_idx)
    if early <= 0 and late >= 1:
        return list(line)
    lat, lon = np.array(line, dtype=np.float64).T
    steps = np.hypot(np.diff(lat), np.diff(lon) * np.cos(np.radians(lat[0])))
    far = np.concatenate([[0.0], np.cumsum(steps)])
    far = far / far[-1] if far[-1] > 0 else np.linspace(0, 1, len(far))
    inner = far[(far > early) & (far < late)]
    at = np.concatenate([[early], inner, [late]])
    return list(
        zip(
            np.interp(at, far, lat).tolist(),
            np.interp(at, far, lon).tolist(),
            strict=True,
        )
    )


def road_model(scenario: Scenario) -> RoadModel | None:
    """Return the model of a scenario's roads; None without roads."""
    if scenario.roads is None:
        return None
    return _cached(_Key(scenario, scenario.roads))


class _Key:
    """A scenario that equals every other one with the same roads and places."""

    def __init__(self, scenario: Scenario, roads: RoadNetwork) -> None:
        self.scenario, self.roads = scenario, roads
        self._content: Hashable = (
            roads.digest,
            scenario.date,
            scenario.road_limits,
            scenario.speed_rules,
            scenario.place_ids,
            tuple((place.lat, place.lon) for place in scenario.depots),
            tuple((place.lat, place.lon) for place in scenario.sources),
            tuple(village.stop_at for village in scenario.villages),
            tuple(
                (t.truck_id, profile_of(t), t.shift_start_s, t.shift_end_s)
                for t in scenario.trucks
            ),
        )
        self._hash = hash(self._content)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._content == other._content


@lru_cache(maxsize=4)
def _cached(key: _Key) -> RoadModel:
    return RoadModel(key.scenario, key.roads)
