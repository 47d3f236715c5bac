"""What is kept of a run as JSON: request, state, changes, broken rules."""

from __future__ import annotations

import json
import time
from dataclasses import field, fields
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from dispatch.check.facts import Violation
from dispatch.planning.changes import Change
from dispatch.words.message import Lang
from dispatch.words.stored import message_of, stored_message

if TYPE_CHECKING:
    from collections.abc import Iterable

RunStatus = Literal["queued", "running", "done", "cancelled", "failed"]

#: Fields of a later version are passed over: pages still tell what became of a run.
_CONFIG: Final = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Request:
    """
    What is to be planned: the scenario's key and digest, and the settings.

    ``lang`` is the language of whoever asked; a failure is reported in it.

    Attributes
    ----------
    previous_id
        Run whose plan is under way: only the rest of its day is planned anew.
    now_s
        Seconds since midnight from when on a replan may change things.
    change_price_l
        Litres that must be gained for each village whose visit changes.
    """

    scenario_key: str
    scenario_name: str
    digest: str
    seconds: float | None = None
    seed: int = 0
    lang: Lang = "zh"
    previous_id: str | None = None
    now_s: int = 0
    change_price_l: int = 0
    created: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class State:
    """Where a run stands; times are seconds since 1970."""

    status: RunStatus = "queued"
    phase: str = ""
    fraction: float = 0.0
    elapsed_s: float = 0.0
    iterations: int = 0
    served_l: int | None = None
    bound_l: int | None = None
    heartbeat: float = field(default_factory=time.time)
    finished: float | None = None
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


REQUEST: Final = TypeAdapter(Request)
STATE: Final = TypeAdapter(State)
CHANGES: Final = TypeAdapter(tuple[Change, ...])


def violations_to_json(violations: Iterable[Violation]) -> bytes:
    """Return broken rules as JSON, with their texts for other programs."""
    rows = [
        {**_values(violation), "message": stored_message(violation.message)}
        for violation in violations
    ]
    return json.dumps(rows, ensure_ascii=False).encode()


def violations_from_json(data: bytes) -> tuple[Violation, ...]:
    """
    Return the broken rules that were kept.

    Raises
    ------
    ValueError
        If the data are not what `violations_to_json` writes.
    """
    try:
        return tuple(
            Violation(**{**row, "message": message_of(row["message"])})
            for row in json.loads(data)
        )
    except (TypeError, KeyError) as error:
        raise ValueError("no broken rules of this version") from error


def _values(violation: Violation) -> dict[str, Any]:
    return {entry.name: getattr(violation, entry.name) for entry in fields(violation)}
