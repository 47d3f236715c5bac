"""Tables of travel times and lengths against the positions of the places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import Problem
from dispatch.geo.distance import haversine_m
from dispatch.model.travel import NO_ROAD
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import TravelTable
    from dispatch.words.message import Message


#: Nearer places say nothing: they may share a position.
_MIN_M: Final = 300.0
#: No truck is faster, and none that drives at all as slow as the crow flies.
_FASTEST_KM_H: Final = 150.0
_SLOWEST_KM_H: Final = 2.0
#: One direction may take longer than the other, but not fivefold and by half an hour.
_MAX_UNLIKE: Final = 5.0
_UNLIKE_S: Final = 1800
#: A road is no shorter than the straight line; positions are rounded.
_SHORTEST: Final = 0.9
_LONGEST: Final = 20.0
Keys = tuple[str, str]
#: Messages of some odd pairs, and of more than half of all.
_FAST: Final[Keys] = ("travel_fast", "travel_fast_all")
_SLOW: Final[Keys] = ("travel_slow", "travel_slow_all")
_SHORT: Final[Keys] = ("travel_short", "travel_short_all")
_LONG: Final[Keys] = ("travel_long", "travel_long_all")
#: Rows at a time, so that 5,000 places need no gigabytes; pairs that are named.
_ROWS: Final = 256
_MAX_NAMED: Final = 5


@dataclass(slots=True)
class _Tally:
    """How many pairs are odd in one respect, and the first of them."""

    count: int = 0
    pairs: list[tuple[int, int]] = field(default_factory=list)

    def add(self, odd: Mask, first_row: int) -> None:
        """Count the odd pairs of some rows."""
        self.count += int(odd.sum())
        if len(self.pairs) < _MAX_NAMED:
            odd_pairs = np.argwhere(odd)[: _MAX_NAMED - len(self.pairs)]
            self.pairs += [(int(row) + first_row, int(col)) for row, col in odd_pairs]


def notice_travel(scenario: Scenario, files: Mapping[str, str]) -> list[Problem]:
    """
    Return warnings about a travel table in another unit, or with odd cells.

    Parameters
    ----------
    scenario
        The day with its travel table.
    files
        File or sheet of ``travel_s`` and ``travel_m``, as the user knows it.
    """
    table = scenario.travel_table
    if table is None:
        return []
    order = _order(scenario, table)
    fast, slow, unlike, short, long = (_Tally() for _ in range(5))
    num_times = num_lengths = 0
    for first_row, rows, straight_m in _blocks(scenario):
        is_apart = straight_m > _MIN_M
        seconds = table.seconds[np.ix_(order[rows], order)]
        is_known = is_apart & (seconds != NO_ROAD)
        num_times += int(is_known.sum())
        km_h = straight_m / np.maximum(seconds, 1e-3) * 3.6
        fast.add(is_known & (km_h > _FASTEST_KM_H), first_row)
        slow.add(is_known & (km_h < _SLOWEST_KM_H), first_row)
        back = table.seconds[np.ix_(order, order[rows])].T
        longer, shorter = np.maximum(seconds, back), np.minimum(seconds, back)
        is_unlike = (longer > _MAX_UNLIKE * shorter) & (longer - shorter > _UNLIKE_S)
        unlike.add(
            is_known & (back != NO_ROAD) & is_unlike & (seconds > back), first_row
        )
        if table.metres is not None:
            metres = table.metres[np.ix_(order[rows], order)]
            is_known = is_apart & (metres != NO_ROAD)
            num_lengths += int(is_known.sum())
            short.add(is_known & (metres < _SHORTEST * straight_m), first_row)
            long.add(is_known & (metres > _LONGEST * straight_m), first_row)
    speaker = _Speaker(scenario, table, order)
    messages: list[tuple[str, Message | None]] = [
        ("travel_s", speaker.of_speed(fast, num_times, _FAST)),
        ("travel_s", speaker.of_speed(slow, num_times, _SLOW)),
        ("travel_m", speaker.of_length(short, num_lengths, _SHORT)),
        ("travel_m", speaker.of_length(long, num_lengths, _LONG)),
    ]
    if 2 * max(fast.count, slow.count) <= num_times:
        messages.append(("travel_s", speaker.of_unlike(unlike)))
    return [
        Problem(files.get(name, name), message, severity="warning")
        for name, message in messages
        if message is not None
    ]


def _order(scenario: Scenario, table: TravelTable) -> Ints:
    position = table.index
    return np.array([position[label] for label in scenario.place_ids], dtype=np.int64)


def _blocks(scenario: Scenario) -> Iterator[tuple[int, slice, Floats]]:
    """Yield first row, rows and straight metres to every place; trucks stop there."""
    stops = [getattr(p, "stop_at", (p.lat, p.lon)) for p in scenario.places]
    lat = np.array([stop[0] for stop in stops])
    lon = np.array([stop[1] for stop in stops])
    for first in range(0, len(stops), _ROWS):
        rows = slice(first, first + _ROWS)
        yield (
            first,
            rows,
            haversine_m(lat=lat[rows], lon=lon[rows], to_lat=lat, to_lon=lon),
        )


class _Speaker:
    """Says what is odd about pairs of places, with their figures."""

    def __init__(self, scenario: Scenario, table: TravelTable, order: Ints) -> None:
        self._ids = scenario.place_ids
        self._table = table
        self._order = order
        self._places = scenario.places

    def _straight_m(self, pair: tuple[int, int]) -> float:
        one, other = (self._places[idx] for idx in pair)
        start, end = (getattr(p, "stop_at", (p.lat, p.lon)) for p in (one, other))
        return float(
            haversine_m(
                lat=np.array([start[0]]),
                lon=np.array([start[1]]),
                to_lat=np.array([end[0]]),
                to_lon=np.array([end[1]]),
            )[0, 0]
        )

    def _value(self, values: Ints, pair: tuple[int, int]) -> int:
        row, col = pair
        return int(values[self._order[row], self._order[col]])

    def of_speed(self, tally: _Tally, num: int, keys: Keys) -> Message | None:
        """Return what to say of times that no truck drives."""
        if not tally.count:
            return None
        shown = []
        for pair in tally.pairs:
            km, time_s = (
                self._straight_m(pair) / 1000,
                self._value(self._table.seconds, pair),
            )
            speed = km / max(time_s, 1e-3) * 3600
            text = f"{km:.1f} km / {time_s:,} s" + (
                f" = {speed:,.4g} km/h" if time_s else ""
            )
            shown.append(f"{self._name(pair)}: {text}")
        return self._say(keys, tally, num, shown)

    def of_length(self, tally: _Tally, num: int, keys: Keys) -> Message | None:
        """Return what to say of lengths that no road between the places has."""
        metres = self._table.metres
        if not tally.count or metres is None:
            return None
        shown = [
            f"{self._name(pair)}: {self._value(metres, pair):,} m / "
            f"{self._straight_m(pair):,.0f} m"
            for pair in tally.pairs
        ]
        return self._say(keys, tally, num, shown)

    def of_unlike(self, tally: _Tally) -> Message | None:
        """Return the message on drives that take far longer than the way back."""
        if not tally.count:
            return None
        shown = []
        for row, col in tally.pairs:
            there = self._value(self._table.seconds, (row, col))
            back = self._value(self._table.seconds, (col, row))
            shown.append(f"{self._name((row, col))}: {there:,} s / {back:,} s")
        return say("travel_unlike", count=tally.count, pairs="; ".join(shown))

    def _name(self, pair: tuple[int, int]) -> str:
        return f"{self._ids[pair[0]]} → {self._ids[pair[1]]}"

    def _say(self, keys: Keys, tally: _Tally, num: int, shown: list[str]) -> Message:
        if 2 * tally.count > num:
            # All in another unit: one figure is enough.
            return say(keys[1], count=tally.count, num=num, pair=shown[0])
        return say(keys[0], count=tally.count, pairs="; ".join(shown))
