"""
The water of all days as a mixed-integer program: its variables and balances.

Notes
-----
A step is a day. Canals out of one place run in one window of the day, at one rate
each, from its start on; a window of 24 h may go on into the next day, and the canals
stay wet. Behind a place without a store the same window is only later, by the hours of
travel and filling (a canal empties after its gate is shut as long as it filled before),
so that what comes in and what goes on match at any hour, and not only over the day.
What fills a canal is lost. Stores are balanced by days of the calendar: what a canal
brings is counted on from the midnight after it has come.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from dispatch.model.need import Band
    from dispatch.solver.water.case import WaterCase

DAY_H: Final = 24.0

Key = tuple[str, int]
#: What a choice is about, then the key of its variable.
ChoiceKey = tuple[str | int, ...]

_CHOICES: Final = ("on", "step", "joined", "soon", "slow", "set_up", "opened")


@dataclass
class Program:
    """
    Variables by what they stand for; the last part of a key is the day.

    Attributes
    ----------
    head, end
        m3 let into a canal, and counted on at its end.
    on, wet
        Whether a canal runs, and whether it is filled first.
    step, step_m3, step_h
        Whether a canal runs in a step of flow, m3 let in there, hours.
    window_h, joined
        Hours for which canals run at a node; whether it goes on into the next day.
    soon, slow
        Whether what a canal brings to a store counts from the earlier midnight, or from
        that by which it comes however slowly canals are filled.
    set_up, pump_h, moved
        Whether a pump is at a lift, its hours there, whether it was brought that day.
    raw
        m3 that a unit of the works takes in.
    given, into, opened
        m3 of a zone at the taps by band, through its valve, whether it is opened.
    watered
        m3 at a field block.
    stock, overflow, broken
        m3 in a store at the start of a day, let go, and taken of the reserve.
    spill
        m3 that run past a place without a store.
    unfilled
        m3 that trucks wanted and a store does not give.
    """

    case: WaterCase
    model: mathopt.Model
    head: dict[Key, mathopt.Variable] = field(default_factory=dict)
    end: dict[Key, mathopt.LinearBase] = field(default_factory=dict)
    on: dict[Key, mathopt.Variable] = field(default_factory=dict)
    wet: dict[Key, mathopt.Variable] = field(default_factory=dict)
    step: dict[tuple[str, int, int], mathopt.Variable] = field(default_factory=dict)
    step_m3: dict[tuple[str, int, int], mathopt.Variable] = field(default_factory=dict)
    step_h: dict[tuple[str, int, int], mathopt.Variable] = field(default_factory=dict)
    window_h: dict[Key, mathopt.Variable] = field(default_factory=dict)
    joined: dict[Key, mathopt.Variable] = field(default_factory=dict)
    soon: dict[Key, mathopt.Variable] = field(default_factory=dict)
    slow: dict[Key, mathopt.Variable] = field(default_factory=dict)
    set_up: dict[tuple[str, str, int], mathopt.Variable] = field(default_factory=dict)
    pump_h: dict[tuple[str, str, int], mathopt.Variable] = field(default_factory=dict)
    moved: dict[tuple[str, str, int], mathopt.Variable] = field(default_factory=dict)
    raw: dict[Key, mathopt.Variable] = field(default_factory=dict)
    given: dict[tuple[str, Band, int], mathopt.Variable] = field(default_factory=dict)
    into: dict[Key, mathopt.LinearBase] = field(default_factory=dict)
    opened: dict[Key, mathopt.Variable] = field(default_factory=dict)
    watered: dict[Key, mathopt.Variable] = field(default_factory=dict)
    stock: dict[Key, mathopt.Variable] = field(default_factory=dict)
    overflow: dict[Key, mathopt.Variable] = field(default_factory=dict)
    broken: dict[Key, mathopt.Variable] = field(default_factory=dict)
    spill: dict[Key, mathopt.Variable] = field(default_factory=dict)
    unfilled: dict[Key, mathopt.Variable] = field(default_factory=dict)
    #: What comes to a node and what leaves it on a day, filled by all that flows.
    comes: defaultdict[Key, list[mathopt.LinearBase]] = field(
        default_factory=lambda: defaultdict(list)
    )
    #: Part of what comes that is there at the first midnight of the day.
    there: defaultdict[Key, list[mathopt.LinearBase]] = field(
        default_factory=lambda: defaultdict(list)
    )
    leaves: defaultdict[Key, list[mathopt.LinearBase]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def amount(self, most: float | None = None) -> mathopt.Variable:
        """Return a new variable from 0 to a limit; None: without one."""
        return self.model.add_variable(
            lb=0.0, ub=float("inf") if most is None else most
        )

    def choice(self) -> mathopt.Variable:
        """Return a new variable that is 0 or 1."""
        return self.model.add_binary_variable()

    def require(self, constraint: mathopt.BoundedLinearTypes) -> None:
        """Add a constraint."""
        self.model.add_linear_constraint(constraint)

    @property
    def choices(self) -> list[mathopt.Variable]:
        """All variables that are 0 or 1."""
        return list(self.choice_by_key.values())

    @property
    def choice_by_key(self) -> dict[ChoiceKey, mathopt.Variable]:
        """All variables that are 0 or 1, by keys that programs of parts share."""
        return {
            (name, *key): variable
            for name in _CHOICES
            for key, variable in getattr(self, name).items()
        }


def total(terms: list[mathopt.LinearBase]) -> mathopt.LinearSum:
    """Return the sum of terms; of none it is 0."""
    return mathopt.fast_sum(terms)
