"""What is kept of a run: what is to be planned, and where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from dispatch.model.water.turns import TurnOrder
from dispatch.words.message import Lang

RunStatus = Literal["queued", "running", "done", "cancelled", "failed"]

#: Fields of a later version are passed over: pages still tell what became of a run.
_CONFIG: Final = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Ask:
    """
    What is to be planned, a day of a township or its rest; or what would help a plan.

    Attributes
    ----------
    seconds
        Time of the search; None: until nothing more is gained.
    iterations
        Iterations in place of a time; None: by time.
    now_s
        Seconds since midnight from when on the published plan may change; None: the
        whole day is planned anew.
    delays_s
        Seconds that trucks are behind.
    broken_trucks
        Trucks that drive no more.
    locked_villages
        Villages whose trips to come keep truck, litres and times.
    change_price_l
        Litres that must be gained for each village whose visit changes.
    base
        Version to go on from where ``now_s`` is given; None: the published one.
    helps
        Version of which is asked what would help it; None: a plan is asked for.
    water_days
        Days for which all the water is planned; None: trucks are.
    water_helps
        Version of the water of which is asked what would help; None: a plan is asked
        for.
    equal_shares
        Of the water: whether fields share the shortage before harvest is weighed.
    turn_order
        Of the water: in which groups have their turns on canals.
    lang
        Of whoever asked: a failure is told in it.
    """

    township: str
    date: dt.date
    seconds: float | None = None
    iterations: int | None = None
    seed: int = 0
    now_s: int | None = None
    delays_s: Mapping[str, int] = field(default_factory=dict)
    broken_trucks: tuple[str, ...] = ()
    locked_villages: tuple[str, ...] = ()
    change_price_l: int = 0
    base: int | None = None
    helps: int | None = None
    water_days: int | None = None
    water_helps: int | None = None
    equal_shares: bool = False
    turn_order: TurnOrder = "far_first"
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class State:
    """
    Where a run stands.

    Attributes
    ----------
    count, total
        Of what would help: changes that are worked out, and all of them.
    heartbeat
        Last sign of life; of a run that waits, when it was asked for.
    message
        Why it failed, for users; ``crashed`` where the worker is gone.
    """

    status: RunStatus = "queued"
    phase: str = ""
    fraction: float = 0.0
    elapsed_s: float = 0.0
    iterations: int = 0
    served_l: int | None = None
    bound_l: int | None = None
    count: int = 0
    total: int = 0
    heartbeat: dt.datetime
    num_violations: int = 0
    message: str = ""

    @property
    def is_active(self) -> bool:
        """Whether the run still waits or works."""
        return self.status in {"queued", "running"}

    @property
    def is_good(self) -> bool:
        """Whether there is a plan that keeps every rule."""
        return self.status == "done" and self.num_violations == 0


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Run:
    """
    A run as everybody sees it.

    Attributes
    ----------
    number
        Of the run, over all townships.
    version
        Number of the plan version that came out, or that would be helped; None while
        there is none.
    wish
        What is wished of the worker: empty, ``cancel`` or ``finish``.
    """

    number: int
    ask: Ask
    state: State
    version: int | None
    wish: str
    asked_by: str
    asked_at: dt.datetime


ASK: Final = TypeAdapter(Ask)
