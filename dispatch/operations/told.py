"""What a truck is told: where each stop stands, and what another version changes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal, cast

from dispatch.operations.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.model.plan import Stop
    from dispatch.operations.ledger import Report

State = Literal["open", "arrived", "done", "refused", "impossible"]
ToldKind = Literal["added", "dropped", "moved", "litres"]

#: How a report ends a stop.
_ENDS: Final[dict[str, State]] = {
    "filled": "done",
    "delivered": "done",
    "refused": "refused",
    "impossible": "impossible",
}
#: A stop that moves by less is the same to a driver.
MIN_MOVED_S: Final = 300


def stop_states(stops: Sequence[Stop], reports: Iterable[Report]) -> list[State]:
    """
    Return where each stop of a truck's day stands.

    Parameters
    ----------
    stops
        In the order of the day.
    reports
        Of this truck and day, in the order in which they came.
    """
    return [state for state, _ in stop_reports(stops, reports)]


def stop_reports(
    stops: Sequence[Stop], reports: Iterable[Report]
) -> list[tuple[State, Report | None]]:
    """
    Return where each stop of a truck's day stands, and the last report of it.

    Parameters
    ----------
    stops
        In the order of the day.
    reports
        Of this truck and day, in the order in which they came.

    Notes
    -----
    The first report of a place belongs to the first stop there, and so on. A start or
    a break is done once a later stop is not open any more.
    """
    told: list[tuple[State, Report | None]] = [("open", None)] * len(stops)
    for report in sorted(standing(reports), key=lambda report: report.at):
        _note(stops, told, report)
    last = max((idx for idx, (s, _) in enumerate(told) if s != "open"), default=-1)
    for idx, stop in enumerate(stops):
        if idx < last and stop.kind in ("depart", "break"):
            told[idx] = ("done", None)
    return told


def _note(
    stops: Sequence[Stop], told: list[tuple[State, Report | None]], report: Report
) -> None:
    if report.kind == "returned":
        for idx, stop in enumerate(stops):
            if stop.kind == "return":
                told[idx] = ("done", report)
        return
    kinds = {"filled": ("fill",), "delivered": ("deliver",)}
    fitting = [
        idx
        for idx, stop in enumerate(stops)
        if stop.place_id == report.place
        and stop.kind in kinds.get(report.kind, ("fill", "deliver"))
    ]
    if report.kind == "arrived":
        waiting, state = [i for i in fitting if told[i][0] == "open"], "arrived"
    else:
        waiting = [i for i in fitting if told[i][0] in ("open", "arrived")]
        state = _ENDS.get(report.kind, "")
    if state and waiting:
        told[waiting[0]] = (cast("State", state), report)


@dataclass(frozen=True, slots=True)
class Told:
    """
    A stop that another version has, has not, or has otherwise.

    Attributes
    ----------
    before, after
        The stop in the earlier and in the later version; None where it is not.
    """

    kind: ToldKind
    before: Stop | None
    after: Stop | None

    @property
    def stop(self) -> Stop:
        """The stop that is shown: the later one, if there is one."""
        shown = self.after or self.before
        assert shown is not None
        return shown


def told_changes(before: Sequence[Stop], after: Sequence[Stop]) -> list[Told]:
    """
    Return what changes for a truck from one version to the next, by time.

    Parameters
    ----------
    before, after
        Its stops in both; only fillings and deliveries count.
    """
    old, new = _by_place(before), _by_place(after)
    changes = []
    for place in {**old, **new}:
        for one, other in _paired(old[place], new[place]):
            kind = _kind(one, other)
            if kind is not None:
                changes.append(Told(kind, one, other))
    return sorted(changes, key=lambda change: change.stop.start_s)


def _by_place(stops: Iterable[Stop]) -> dict[tuple[str, str], list[Stop]]:
    places: dict[tuple[str, str], list[Stop]] = defaultdict(list)
    for stop in stops:
        if stop.kind in ("fill", "deliver"):
            places[stop.kind, stop.place_id].append(stop)
    return places


def _paired(
    before: Sequence[Stop], after: Sequence[Stop]
) -> list[tuple[Stop | None, Stop | None]]:
    """Return pairs of stops at one place: those of one time, then the rest in turn."""
    pairs: list[tuple[Stop | None, Stop | None]] = []
    old, new = [], list(after)
    for stop in before:
        same = next(
            (s for s in new if abs(s.start_s - stop.start_s) < MIN_MOVED_S), None
        )
        if same is None:
            old.append(stop)
        else:
            new.remove(same)
            pairs.append((stop, same))
    return [*pairs, *zip_longest(old, new)]


def _kind(before: Stop | None, after: Stop | None) -> ToldKind | None:
    if before is None or after is None:
        return "added" if before is None else "dropped"
    if abs(after.start_s - before.start_s) >= MIN_MOVED_S:
        return "moved"
    return "litres" if after.litres != before.litres else None
