"""What general solvers can be told of a scenario: pieces, places, legs, trucks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.peers.pieces import Piece, cut_needs
from dispatch.units import flow_duration_s

if TYPE_CHECKING:
    from dispatch import Scenario, Travel
    from dispatch.arrays import Ints

StepKind = Literal["fill", "deliver"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a peer lets a truck do; ``litres`` counts for deliveries."""

    kind: StepKind
    place_id: str
    litres: int = 0


@dataclass(frozen=True, slots=True)
class PeerRoute:
    """A truck's steps in order, without times."""

    truck_id: str
    steps: tuple[Step, ...]


def why_not(scenario: Scenario, travel: Travel) -> str | None:
    """Return what of a scenario general solvers cannot express; None if nothing."""
    sources, trucks, villages = scenario.sources, scenario.trucks, scenario.villages
    index = travel.index
    seconds = travel.seconds[0]

    def has_water(depot_id: str) -> bool:
        here = index[depot_id]
        there = [index[source.source_id] for source in sources]
        return any(seconds[here, s] == 0 == seconds[s, here] for s in there)

    reasons = {
        "water unfit for drinking": not all(
            place.potable for place in (*sources, *trucks)
        ),
        "animals before people's normal need": any(
            v.cattle + v.pigs + v.sheep + v.poultry for v in villages
        ),
        "limited supply": any(
            s.supply_l is not None or s.is_refilling for s in sources
        ),
        "bays": any(s.bays is not None for s in sources),
        "opening hours": any(s.windows for s in sources)
        or any(v.windows for v in villages),
        "visit limits": any(v.max_visits is not None for v in villages),
        "lanes": not all(t.may_enter(v) for t in trucks for v in villages),
        "several fill rates": len({s.fill_rate_l_per_min for s in sources}) > 1,
        "several unloading rates": len({t.unload_rate_l_per_min for t in trucks}) > 1,
        "several speeds": len({t.speed_factor for t in trucks}) > 1
        or len(travel.seconds) > 1,
        "breaks": any(t.break_s for t in trucks),
        "depots without water": not all(has_water(t.depot_id) for t in trucks),
    }
    found = [reason for reason, holds in reasons.items() if holds]
    return ", ".join(found) or None


@dataclass(frozen=True)
class PeerProblem:
    """
    One scenario with its needs cut into pieces.

    Attributes
    ----------
    pieces
        Every piece is delivered whole in one visit, or not at all.
    seconds
        Driving times, shape (P, P): depots, sources, villages.
    """

    scenario: Scenario
    pieces: tuple[Piece, ...]
    seconds: Ints

    @cached_property
    def first_source(self) -> int:
        """Position of the first source among the places."""
        return len(self.scenario.depots)

    @cached_property
    def first_village(self) -> int:
        """Position of the first village among the places."""
        return self.first_source + len(self.scenario.sources)

    @cached_property
    def place_idx(self) -> dict[str, int]:
        """Position of every place."""
        return {place: k for k, place in enumerate(self.scenario.place_ids)}

    def handling_s(self, piece: Piece) -> int:
        """Return the time to fill and unload a piece, set-ups apart."""
        return self.fill_s(piece) + self.unload_s(piece)

    def fill_s(self, piece: Piece) -> int:
        """Return the time that the litres of a piece take at a source."""
        rate = self.scenario.sources[0].fill_rate_l_per_min
        return flow_duration_s(piece.litres, rate)

    def unload_s(self, piece: Piece) -> int:
        """Return the time that the litres of a piece take at its village."""
        rate = self.scenario.trucks[0].unload_rate_l_per_min
        return flow_duration_s(piece.litres, rate)

    def legs_with_setups(self) -> Ints:
        """
        Return driving plus set-ups, shape (P, P).

        Setting up for a visit belongs to the way into a village, so that pieces of
        one visit pay it once; setting up a filling belongs to the way out of a
        source or depot into a village, so that an empty passage pays nothing.
        """
        first = self.first_village
        legs = self.seconds.copy()
        legs[:, first:] += self.scenario.service.drop_setup_s
        legs[:first, first:] += self.scenario.service.fill_setup_s
        np.fill_diagonal(legs, 0)
        return legs

    def nearest_sources(self) -> list[int]:
        """Return for every piece the place of the source nearest there and back."""
        first, village = self.first_source, self.first_village
        out = self.seconds[first:village, village:]
        back = self.seconds[village:, first:village].T
        nearest = first + np.argmin(out + back, axis=0)
        return [int(nearest[piece.village_idx]) for piece in self.pieces]

    def source_at(self, depot_id: str) -> str:
        """Return the source that stands at a depot."""
        here = self.place_idx[depot_id]
        for k, source in enumerate(self.scenario.sources):
            if self.seconds[here, self.first_source + k] == 0:
                return source.source_id
        raise ValueError(f"depot {depot_id}: no source stands there")


def peer_problem(scenario: Scenario, travel: Travel, piece_l: int) -> PeerProblem:
    """Return a scenario as peers see it, its needs cut to ``piece_l``."""
    position = travel.index
    order = np.array([position[place] for place in scenario.place_ids])
    seconds = travel.seconds[0][np.ix_(order, order)].astype(np.int64)
    return PeerProblem(scenario, tuple(cut_needs(scenario, piece_l)), seconds)
