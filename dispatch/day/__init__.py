"""The daily loop: days opened, planned, published, reported and closed, step by step.

What shells and phones call; rows are in ``store``, rules in ``operations``. Each call
is one transaction: it is done when it returns, or nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.lazy import lazy_names

if TYPE_CHECKING:
    from dispatch.day.ledger import day_alarms, ledger_answer
    from dispatch.day.opening import (
        close_day,
        day_scenario,
        day_status,
        import_scenario,
        open_day,
    )
    from dispatch.day.planning import change_dicts, plan_version, replan_version
    from dispatch.day.publishing import publish_version, shown_version, withdraw_version
    from dispatch.day.reporting import report_from, take_reports
    from dispatch.day.tally import read_tally

__all__ = [
    "change_dicts",
    "close_day",
    "day_alarms",
    "day_scenario",
    "day_status",
    "import_scenario",
    "ledger_answer",
    "open_day",
    "plan_version",
    "publish_version",
    "read_tally",
    "replan_version",
    "report_from",
    "shown_version",
    "take_reports",
    "withdraw_version",
]

#: The module of each name; loaded when it is first used.
_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "ledger": ("day_alarms", "ledger_answer"),
    "opening": (
        "close_day",
        "day_scenario",
        "day_status",
        "import_scenario",
        "open_day",
    ),
    "planning": (
        "change_dicts",
        "plan_version",
        "replan_version",
    ),
    "publishing": (
        "publish_version",
        "shown_version",
        "withdraw_version",
    ),
    "reporting": (
        "report_from",
        "take_reports",
    ),
    "tally": ("read_tally",),
}
__getattr__ = lazy_names(__name__, _HOMES)
