"""The arrays that the compiled search works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints, Mask, RecordArray


#: Insertions kept per village until one proves to have a timetable.
NUM_KEPT: Final = 4
#: Routes that one insertion may make later, itself included.
MAX_PUSHED: Final = 12
#: Times that it may make any of them later.
MAX_PUSHES: Final = 24
#: Length of the table of pairs that are closed, at most; later ones take their place.
MAX_CLOSED: Final = 1 << 22
#: Stands for "no road", "not limited" and "never"; adding a few stays in range.
BIG: Final = 1_000_000_000
#: Moments of a day at which roads change: one less than the most periods that
#: `dispatch.roads.periods` makes of a day.
MAX_SWITCHES: Final = 5


def _ints(*names: str) -> list[tuple[str, type]]:
    return [(name, np.int64) for name in names]


# Records rather than one array per field: numba compiles several times faster.
TRUCK: Final = np.dtype(
    [
        # start: where it is when its day, or the rest of it, begins
        *_ints("capacity", "start", "depot", "shift_start", "shift_end"),
        # drive_price: cost of a second on the road; max_duration: BIG = none
        *_ints("drive_price", "max_duration"),
        ("unload_s_per_l", np.float64),
        *_ints("drive_class", "access_class", "is_potable"),
        # needs_break: it set out before break_from and has not paused yet
        *_ints("needs_break", "break_s", "break_from", "break_until"),
        # switch_s: when roads first open or close, the same for all; 0: the same
        # all day; switches: every such moment
        *_ints("switch_s", "num_switches"),
        ("switches", np.int64, (MAX_SWITCHES,)),
    ],
    align=True,
)
SOURCE: Final = np.dtype(
    [
        *_ints("supply", "bays", "is_potable"),
        # is_queued: bays or refilling can bind, so its fillings are listed
        *_ints("is_queued", "is_refilling", "opening", "longest_fill"),
        *[(name, np.float64) for name in ("fill_s_per_l", "stock", "inflow_per_s")],
    ],
    align=True,
)
VILLAGE: Final = np.dtype(
    # room: litres it can take; people: bands above livestock; animals: livestock
    # drop_setup: seconds of a visit before water flows; release: no filling for it
    # starts earlier; gets_potable, gets_non_potable: whether any truck can bring it
    # given, given_unfit: water that comes from outside of the search, drinking water
    # and such for animals; room and needs are still with it
    _ints("room", "need_people", "need_animals", "min_visit", "max_visits")
    + _ints("drop_setup", "release", "gets_potable", "gets_non_potable")
    + _ints("given", "given_unfit"),
    align=True,
)
ENTRY: Final = np.dtype(
    # latest: the latest arrival that keeps the rest of the route feasible
    # fixed: 1 = promised, with start, end and litres as they are
    _ints("node", "litres", "arrive", "start", "end", "latest", "fixed"),
    align=True,
)
ROUTE: Final = np.dtype(
    [
        # back: arrival at the depot; drive: price of its driving
        # slack: the longest delay that some entry could take
        # latest_back: the latest arrival at the depot, its pause left out if open
        *_ints("length", "back", "drive", "slack", "latest_back"),
        # a pause after entry pause_entry, or before its service (pause_before = 1)
        *_ints("pause_entry", "pause_before", "pause_start"),
        # iterations in which it was last touched, gathered, ruined
        *_ints("touched", "gathered", "ruined", "dirty"),
        # version: a number that no other timetable of any route has had
        *_ints("version"),
    ],
    align=True,
)
VISITS: Final = np.dtype(
    # litres of drinking water and of non-potable water, number of visits, iterations;
    # changed: 1 = an earlier visit was moved or given to another truck
    _ints("potable", "non_potable", "visits", "touched", "requested", "changed"),
    align=True,
)

FILL: Final = np.dtype(
    # a listed filling at a source; route -1: of a trip outside of the search
    # latest: latest start that keeps the rest of its route feasible
    _ints("start", "end", "litres", "route", "latest"),
    align=True,
)
KEPT: Final = np.dtype(
    [
        # an insertion, best score first: seconds per litre, BIG = none
        ("score", np.float64),
        # source: -1 but for a new trip; kind: see `insert`
        *_ints("route", "entry", "source", "kind", "litres"),
    ],
    align=True,
)
PAUSE: Final = np.dtype(
    # after an entry, or before its service (before = 1); entry -2: none
    _ints("entry", "before", "start"),
    align=True,
)
TOTAL: Final = np.dtype(
    # price of all driving, number of changed villages
    _ints("drive", "changed"),
    align=True,
)
COUNTS: Final = np.dtype(
    # touched routes and villages, villages noted for recreate, gatherings so far
    # versions: timetables numbered so far
    _ints("routes", "villages", "requests", "gatherings", "versions")
    # pushing: 1 = fillings may take the bays of later ones; held_entry starts no
    # earlier than held_until; pushed: rows kept in case pushing fails
    + _ints("pushing", "held_entry", "held_until", "pushed")
    # 1 = an array was too short for a move; see `grown_state`
    + _ints("row_is_short", "fills_are_short", "visitors_are_short"),
    align=True,
)


def num_layers(num_switches: int) -> int:
    """Return how many layers of travel times a day with changing roads has."""
    return 4 if num_switches == 1 else 2 * num_switches + 3


class Instance(NamedTuple):
    """
    A scenario as arrays; R trucks, S sources, V villages, P places, G levels.

    Places are numbered depots, sources, villages. Times are seconds, amounts
    litres. A level is one equity slice of one need band, in the order of service.
    """

    first_source: int
    first_village: int
    fill_setup_s: int
    drop_setup_s: int  # the least of all villages
    first_animal_level: int
    first_normal_level: int
    # BIG = no road. (C, P, P) by drive class. Where roads change during the day, one
    # layer of C after the other: the least of the day, for bounds and what is near;
    # legs within each period; legs over each switch and no other; with more than one
    # switch, legs over several. The last layer holds all day. One array, since
    # compiled calls copy the fields of every array.
    travel_s: npt.NDArray[np.int32]
    truck: RecordArray  # (R,)
    source: RecordArray  # (S,)
    village: RecordArray  # (V,)
    may_enter: Mask  # (access class, V)
    source_windows: Ints  # (S, W, 2), unused ones start at BIG
    windows: Ints  # (V, W, 2), unused ones start at BIG
    level_need: Ints  # (V, G)
    near_villages: Ints  # (V, K), nearest first, itself first, -1 = none
    near_sources: Ints  # (V, KS), shortest round trip first, -1 = none
    has_release: bool
    has_bays: bool  # trucks may have to wait for each other
    change_price: int  # litres that a changed village costs
    earlier: Ints  # (V, E, 2) route and start of announced visits, -1 = none

    @property
    def has_switch(self) -> bool:
        """Whether roads open or close while trucks work."""
        return bool(self.truck["switch_s"].any())

    @property
    def num_drive_classes(self) -> int:
        """Return the number of drive classes."""
        if not self.has_switch:
            return self.travel_s.shape[0]
        switches = int(self.truck["num_switches"][0])
        return self.travel_s.shape[0] // num_layers(switches)

    def across_s(self, drive_class: int) -> npt.NDArray[np.int32]:
        """Return the travel times, (P, P), that hold at any time of the day."""
        if not self.has_switch:
            return self.travel_s[drive_class]
        return self.travel_s[drive_class - self.num_drive_classes]

    def shift_horizon(self) -> int:
        """Return the end of the last shift."""
        return int(self.truck["shift_end"].max(initial=0))

    def reachable_need(self) -> Ints:
        """Return the litres of every level that rooms and roads allow, shape (G,)."""
        village, num_levels = self.village, self.level_need.shape[1]
        room = village["room"].copy()
        reachable = np.zeros(num_levels, dtype=np.int64)
        for level in range(num_levels):
            allowed = (village["gets_potable"] > 0) | (village["given"] > 0)
            if self.first_animal_level <= level < self.first_normal_level:
                allowed |= village["gets_non_potable"] > 0
            given = np.where(allowed, np.minimum(room, self.level_need[:, level]), 0)
            room -= given
            reachable[level] = given.sum()
        return reachable


class State(NamedTuple):
    """
    One solution with its timetable, an undo log (u_), the best so far (b_).

    A route is a row of entries: a filling, its deliveries, the next filling, ...
    M is the length of a row, B the number of listed fillings of one source, X the
    most visits of a village.
    """

    route: RecordArray  # (R,)
    entry: RecordArray  # (R, M)
    village: RecordArray  # (V,)
    visitor: Ints  # (V, X) route of every visit, unordered
    drawn: Ints  # (S,)
    num_fills: Ints  # (S,)
    fill: RecordArray  # (S, B)
    served: Ints  # (G,)
    total: RecordArray  # (1,)
    candidate: RecordArray  # (M,) the row being tried
    candidate_pause: RecordArray  # (1,)
    p_route: RecordArray  # (MAX_PUSHED,) routes before they were pushed
    p_entry: RecordArray  # (MAX_PUSHED, M)
    p_truck: Ints  # (MAX_PUSHED,)
    p_queue: Ints  # (MAX_PUSHES,) trucks whose fillings may have to push others
    u_route: RecordArray
    u_entry: RecordArray
    u_village: RecordArray
    u_visitor: Ints
    u_drawn: Ints
    u_served: Ints
    u_total: RecordArray
    b_route: RecordArray
    b_entry: RecordArray
    b_served: Ints
    b_total: RecordArray
    stamp: Ints  # (1,)
    counts: RecordArray  # (1,)
    touched_routes: Ints  # (R,)
    touched_villages: Ints  # (V,)
    gathered: Ints  # (R,)
    requests: Ints  # (V,)
    keys: Floats  # (V,)
    kept: RecordArray  # (NUM_KEPT,)
    # (a power of two,) pairs of a village and a timetable that takes nothing to it
    closed: Ints
    rng: npt.NDArray[np.uint64]  # (1,)


class Sizes(NamedTuple):
    """
    Lengths of the arrays whose need only the plan knows; see `grown_state`.

    Attributes
    ----------
    row
        Entries of a route.
    fills
        Listed fillings of one source.
    visitors
        Visits of one village.
    """

    row: int
    fills: int
    visitors: int

    def at_least(self, other: Sizes) -> Sizes:
        """Return the larger of each."""
        return Sizes(*(max(pair) for pair in zip(self, other, strict=True)))


def first_sizes(instance: Instance) -> Sizes:
    """Return lengths that most days do with; a state grows where they are short."""
    truck = instance.truck
    longest = int((truck["shift_end"] - truck["shift_start"]).max(initial=0))
    setup = int(instance.village["drop_setup"].min(initial=0))
    smallest = max(1, int(truck["capacity"].min(initial=BIG)))
    loads = np.maximum(6, 2 * (instance.village["room"] // smallest) + 4)
    visits = int(np.minimum(instance.village["max_visits"], loads).sum())
    by_time = max(16, 2 * longest // max(1, setup) + 4)
    listed = truck.size * 24 // max(1, min(instance.source.size, 4))
    return Sizes(
        row=min(400, by_time, max(16, 2 * visits + 8)),
        fills=max(64, listed),
        visitors=min(200, max(8, int(loads.max(initial=0)))),
    )


def sizes_of(state: State) -> Sizes:
    """Return the lengths that a state has."""
    return Sizes(
        row=state.candidate.size,
        fills=state.fill.shape[1],
        visitors=state.visitor.shape[1],
    )


def grown_state(state: State) -> State | None:
    """
    Return a copy with twice the length of all arrays that were too short for a move.

    The search sees its solution and its random numbers unchanged, so that a plan is
    limited by the day alone, never by an array. None if nothing was too short.
    """
    names = ("row_is_short", "fills_are_short", "visitors_are_short")
    is_short = np.array([state.counts[name][0] > 0 for name in names])
    if not is_short.any():
        return None
    sizes = sizes_of(state)
    doubled = Sizes(*np.where(is_short, 2, 1) * np.array(sizes))
    for name in names:
        state.counts[name] = 0
    return resized_state(state, doubled)


def resized_state(state: State, sizes: Sizes) -> State:
    """
    Return the state with arrays of at least these lengths, itself if it has them.

    Parameters
    ----------
    state
        Any state; it keeps its content.
    sizes
        Least lengths of the arrays.

    Raises
    ------
    MemoryError
        If the machine has no room for them; nothing is planned then.
    """
    sizes = sizes.at_least(sizes_of(state))
    if sizes == sizes_of(state):
        return state

    def longer(array: npt.NDArray[Any], axis: int, length: int) -> npt.NDArray[Any]:
        shape = list(array.shape)
        shape[axis] = length
        copy = np.zeros(shape, dtype=array.dtype)
        copy[tuple(slice(0, n) for n in array.shape)] = array
        return copy

    return state._replace(
        entry=longer(state.entry, 1, sizes.row),
        p_entry=longer(state.p_entry, 1, sizes.row),
        u_entry=longer(state.u_entry, 1, sizes.row),
        b_entry=longer(state.b_entry, 1, sizes.row),
        candidate=longer(state.candidate, 0, sizes.row),
        fill=longer(state.fill, 1, sizes.fills),
        visitor=longer(state.visitor, 1, sizes.visitors),
        u_visitor=longer(state.u_visitor, 1, sizes.visitors),
    )


def _num_closed(num_pairs: int) -> int:
    """Return the length of a table for pairs of a village and a route."""
    return min(MAX_CLOSED, 1 << max(0, num_pairs - 1).bit_length())


def empty_state(instance: Instance, seed: int, sizes: Sizes | None = None) -> State:
    """
    Return a state in which no truck drives, its arrays at least ``sizes`` long.

    Parameters
    ----------
    instance
        The scenario as arrays.
    seed
        Start of the random numbers.
    sizes
        Least lengths of the arrays; None: a first guess for the scenario.
    """
    sizes = sizes or first_sizes(instance)
    num_trucks = instance.truck.size
    num_sources = instance.source.size
    num_villages = instance.village.size
    num_levels = instance.level_need.shape[1]
    row, listed, num_visitors = sizes

    def ints(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    route = np.zeros(num_trucks, dtype=ROUTE)
    route["back"] = instance.truck["shift_start"]
    route["slack"] = instance.truck["shift_end"] - instance.truck["shift_start"]
    route["latest_back"] = instance.truck["shift_end"]
    route["pause_entry"] = -2
    route["dirty"] = 1
    route["version"] = np.arange(num_trucks)
    counts = np.zeros(1, dtype=COUNTS)
    counts["versions"] = num_trucks
    return State(
        route=route,
        entry=np.zeros((num_trucks, row), dtype=ENTRY),
        village=np.zeros(num_villages, dtype=VISITS),
        visitor=ints(num_villages, num_visitors),
        drawn=ints(num_sources),
        num_fills=ints(num_sources),
        fill=np.zeros((num_sources, listed), dtype=FILL),
        served=ints(num_levels),
        total=np.zeros(1, dtype=TOTAL),
        candidate=np.zeros(row, dtype=ENTRY),
        candidate_pause=np.zeros(1, dtype=PAUSE),
        p_route=np.zeros(MAX_PUSHED, dtype=ROUTE),
        p_entry=np.zeros((MAX_PUSHED, row), dtype=ENTRY),
        p_truck=ints(MAX_PUSHED),
        p_queue=ints(MAX_PUSHES),
        u_route=route.copy(),
        u_entry=np.zeros((num_trucks, row), dtype=ENTRY),
        u_village=np.zeros(num_villages, dtype=VISITS),
        u_visitor=ints(num_villages, num_visitors),
        u_drawn=ints(num_sources),
        u_served=ints(num_levels),
        u_total=np.zeros(1, dtype=TOTAL),
        b_route=route.copy(),
        b_entry=np.zeros((num_trucks, row), dtype=ENTRY),
        b_served=ints(num_levels) - 1,  # any plan is better
        b_total=np.zeros(1, dtype=TOTAL),
        stamp=ints(1),
        counts=counts,
        touched_routes=ints(num_trucks),
        touched_villages=ints(num_villages),
        gathered=ints(num_trucks),
        requests=ints(num_villages),
        keys=np.zeros(num_villages),
        kept=np.zeros(NUM_KEPT, dtype=KEPT),
        closed=np.full(_num_closed(num_villages * num_trucks), -1, dtype=np.int64),
        rng=np.array([(seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64 | 1], np.uint64),
    )
