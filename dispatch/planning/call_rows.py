"""Calls in words: for paper, pages and terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.call_sheet import CallLine, CallSheet
from dispatch.model.letters import truck_letters
from dispatch.units import format_clock
from dispatch.words.rows import Rows

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.planning.calls import Call, CallList
    from dispatch.planning.changes import Change
    from dispatch.words.words import Words

_COLUMNS: Final = ("who", "phone", "what", "total")


def call_sheet(found: CallList, scenario: Scenario, t: Words) -> CallSheet:
    """
    Return a list of calls in words.

    Parameters
    ----------
    found
        Who must be called.
    scenario
        Gives names, letters and telephone numbers.
    t
        Words in the language of the reader.
    """
    letters = truck_letters(scenario)

    def truck_name(truck_id: str | None) -> str:
        letter = letters.get(truck_id or "")
        return str(truck_id) if letter is None else t("paper.truck", letter=letter)

    def place(call: Call) -> CallLine:
        village = scenario.village_by_id.get(call.village_id)
        total = ""
        if call.before_l != call.after_l:
            total = t(
                "call.in_all", before=f"{call.before_l:,}", after=f"{call.after_l:,}"
            )
        return CallLine(
            name=scenario.label(call.village_id),
            contact="" if village is None else village.contact,
            phone="" if village is None else village.phone,
            lines=tuple(line(change) for change in call.changes),
            total=total,
        )

    def line(change: Change) -> str:
        before = visit(change.truck_before, change.start_before_s, change.litres_before)
        after = visit(change.truck_after, change.start_after_s, change.litres_after)
        return t(
            f"call.{change.kind}",
            before=before,
            after=after,
            why=t(f"change.why_{change.reason}"),
        )

    def visit(truck_id: str | None, start_s: int | None, litres: int) -> str:
        if start_s is None:
            return "–"
        amount = t("unit.litres", count=f"{litres:,}")
        return f"{truck_name(truck_id)} {format_clock(start_s)} {amount}"

    def driver(truck_id: str) -> CallLine:
        truck = scenario.truck_by_id.get(truck_id)
        name = truck_name(truck_id)
        if truck is None:
            return CallLine(name=name)
        name = f"{name} {truck.plate}".strip()
        return CallLine(name=name, contact=truck.driver, phone=truck.phone)

    return CallSheet(
        previous=found.previous,
        places=tuple(place(call) for call in found.calls),
        drivers=tuple(driver(truck_id) for truck_id in found.truck_ids),
        total=t(
            "call.day_total", before=f"{found.before_l:,}", after=f"{found.after_l:,}"
        ),
        num_small=found.num_small,
    )


def call_table(sheet: CallSheet, t: Words) -> Rows:
    """
    Return whom to call as rows of a table: places, then drivers.

    Parameters
    ----------
    sheet
        As from `call_sheet`.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            who.name,
            f"{who.contact} {who.phone}".strip() or t("paper.sheet.no_contact"),
            t("unit.between").join(who.lines) or t("call.tell_driver"),
            who.total,
        )
        for who in (*sheet.places, *sheet.drivers)
    ]
    return Rows(
        headings=tuple(t(f"call.{name}") for name in _COLUMNS),
        rows=rows,
        is_number=(False,) * len(_COLUMNS),
    )
