"""What happened, counted: litres filled, delivered, returned and lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

Kind = Literal[
    "filled",
    "arrived",
    "delivered",
    "refused",
    "impossible",
    "returned",
    "reading",
    "confirmed",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
#: How the sender of a report by a personal link begins; its number follows.
LINK_SENDER: Final = "link "
#: Kinds that move water, and must say how much.
MOVES: Final = ("filled", "delivered", "returned", "reading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    Something that somebody says has happened.

    Attributes
    ----------
    key
        Made by the sender; the same key is the same event.
    date
        The day that it belongs to, also where it happened after midnight.
    place
        Id of a source for ``filled``, of a village for ``delivered``.
    litres
        None where the kind has none.
    at
        The township's own clock.
    chlorine_mg_l
        Residual chlorine; None: not measured.
    corrects
        Key of the report that this one replaces.
    told
        Number of the plan version that the truck was told at that time.
    is_late
        It came after the day was closed.
    """

    key: str
    date: dt.date
    kind: Kind
    at: dt.datetime
    truck: str = ""
    place: str = ""
    litres: int | None = None
    chlorine_mg_l: float | None = None
    reason: str = ""
    corrects: str | None = None
    told: int | None = None
    sender: str = ""
    is_late: bool = False


@dataclass(slots=True)
class TruckLitres:
    """What one truck moved."""

    filled_l: int = 0
    delivered_l: int = 0
    returned_l: int = 0

    @property
    def lost_l(self) -> int:
        """Filled, and neither delivered nor returned; on board while it drives."""
        return self.filled_l - self.delivered_l - self.returned_l


@dataclass(slots=True)
class Ledger:
    """
    Sums of reports.

    Attributes
    ----------
    num_events
        Reports, those that were replaced among them.
    by_truck, by_day
        Litres by truck, and by date and truck.
    delivered_l, drawn_l
        Litres by village and by source.
    """

    num_events: int = 0
    by_truck: dict[str, TruckLitres] = field(default_factory=dict)
    by_day: dict[tuple[dt.date, str], TruckLitres] = field(default_factory=dict)
    delivered_l: Counter[str] = field(default_factory=Counter)
    drawn_l: Counter[str] = field(default_factory=Counter)

    def total(self) -> TruckLitres:
        """Return the sums over all trucks."""
        trucks = self.by_truck.values()
        return TruckLitres(
            sum(truck.filled_l for truck in trucks),
            sum(truck.delivered_l for truck in trucks),
            sum(truck.returned_l for truck in trucks),
        )


def may_replace(correction: Report, corrected: Report) -> bool:
    """
    Whether a report may stand in place of another one.

    A personal link replaces what its own truck or it itself has reported, whichever
    came first; the office replaces anything.

    Parameters
    ----------
    correction
        The report that names the other.
    corrected
        The report that is named.
    """
    if not correction.sender.startswith(LINK_SENDER):
        return True
    return correction.truck == corrected.truck or correction.sender == corrected.sender


def standing(reports: Iterable[Report]) -> list[Report]:
    """
    Return the reports that stand: of those that correct each other, the last.

    Parameters
    ----------
    reports
        In the order in which they came; a correction may come before what it
        corrects, or without it. One that may not replace what it names stands for
        itself, and what it names stands too.
    """
    every = list(reports)
    by_key = {report.key: report for report in every}
    parent: dict[_Node, _Node] = {}

    def root(node: _Node) -> _Node:
        while (above := parent.get(node, node)) != node:
            node = above
        return node

    for report in every:
        if report.corrects is None:
            continue
        corrected = by_key.get(report.corrects)
        if corrected is None:
            # What is not there yet may be anybody's: trucks are kept apart.
            parent[root(_Node(report.key))] = root(_Node(report.corrects, report.truck))
        elif may_replace(report, corrected):
            parent[root(_Node(report.key))] = root(_Node(corrected.key))
    chains: dict[_Node, list[Report]] = defaultdict(list)
    for report in every:
        chains[root(_Node(report.key))].append(report)
    last = {id(_last_of(chain)) for chain in chains.values()}
    return [report for report in every if id(report) in last]


class _Node(NamedTuple):
    """A report by its key, or one that is not there by its key and a truck."""

    key: str
    missing_of: str | None = None


def _last_of(chain: Sequence[Report]) -> Report:
    """Return the report that no other of its chain corrects; the latest of several."""
    corrected = {report.corrects for report in chain}
    ends = [report for report in chain if report.key not in corrected]
    return (ends or chain)[-1]


def ledger_of(reports: Iterable[Report]) -> Ledger:
    """
    Return the sums of reports.

    Parameters
    ----------
    reports
        In the order in which they came.
    """
    every = list(reports)
    ledger = Ledger(num_events=len(every))
    for report in standing(every):
        litres = report.litres or 0
        if report.kind not in ("filled", "delivered", "returned"):
            continue
        for sums in (
            ledger.by_truck.setdefault(report.truck, TruckLitres()),
            ledger.by_day.setdefault((report.date, report.truck), TruckLitres()),
        ):
            if report.kind == "filled":
                sums.filled_l += litres
            elif report.kind == "delivered":
                sums.delivered_l += litres
            else:
                sums.returned_l += litres
        if report.kind == "filled":
            ledger.drawn_l[report.place] += litres
        elif report.kind == "delivered":
            ledger.delivered_l[report.place] += litres
    return ledger
