"""The plan that drivers follow, whole: for lists of the day and files of the way."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.snapshot import scenario_from_bytes
from dispatch.store.phones import heads, version_content

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.store.db import Database
    from dispatch.store.phones import Head

#: Those with the roads of a county are large.
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Published:
    """A published version with the scenario that it was made for."""

    number: int
    plan: Plan
    scenario: Scenario


class PublishedPlans:
    """Published versions of one store, the last few of them read once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._read: OrderedDict[int, Published] = OrderedDict()
        self._lock = threading.Lock()

    def of_day(self, township: str, date: dt.date) -> Published | None:
        """
        Return what drivers of a township follow on a day; None: nothing is published.

        Parameters
        ----------
        township
            Its code.
        date
            Today.
        """
        with self._db.read() as session:
            head = head_of(heads(session, township), date)
        if head is None:
            return None
        # One at a time: reading a large one twice at once helps nobody.
        with self._lock:
            if head.version_id not in self._read:
                self._read[head.version_id] = self._published(head)
            self._read.move_to_end(head.version_id)
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
            return self._read[head.version_id]

    def _published(self, head: Head) -> Published:
        with self._db.read() as session:
            content, text = version_content(session, head.version_id)
        scenario = scenario_from_bytes(content)
        plan = plan_from_json(text.encode(), scenario=scenario)
        return Published(head.number, plan, scenario)


def head_of(every: Sequence[Head], date: dt.date) -> Head | None:
    """
    Return the published version of a date, else of the last open day before it.

    Parameters
    ----------
    every
        Versions of open days, by date and number.
    date
        Today.
    """
    published = [head for head in every if head.is_published]
    upto = [head for head in published if head.date <= date]
    return upto[-1] if upto else published[0] if published else None
