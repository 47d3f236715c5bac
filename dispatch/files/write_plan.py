"""A plan -> the files that people and programs use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.errors import DispatchError
from dispatch.files.atomic import write_file, write_text
from dispatch.files.plan_json import plan_to_json
from dispatch.files.plan_tables import (
    VILLAGE_HEADER,
    VISIT_HEADER,
    to_csv,
    village_rows,
    visit_rows,
)
from dispatch.files.plan_xlsx import plan_xlsx
from dispatch.files.sheets import sheets_pdf
from dispatch.messages import say

if TYPE_CHECKING:
    from dispatch.plan import Plan
    from dispatch.scenario import Scenario, Travel


def write_plan(
    plan: Plan,
    scenario: Scenario,
    travel: Travel,
    out_dir: str | Path,
    *,
    sheets: bool = True,
) -> list[Path]:
    """
    Return the files written: plan.json, two CSV tables, plan.xlsx and sheets.pdf.

    Each file appears complete or not at all; ``plan.json`` comes last.

    Parameters
    ----------
    travel
        Says on the sheets whether times are estimates.
    sheets
        Whether to write the drivers' PDF.

    Raises
    ------
    DispatchError
        If the folder is the scenario's own or cannot be written.
    """
    folder = Path(out_dir)
    if (folder / "scenario.toml").exists() or (folder / "depots.csv").exists():
        raise DispatchError(say("folder_is_scenario", folder=folder))
    visits = to_csv(VISIT_HEADER, visit_rows(plan, scenario))
    villages = to_csv(VILLAGE_HEADER, village_rows(plan, scenario))
    written = [
        write_text(folder / "visits.csv", visits, bom=True),
        write_text(folder / "villages.csv", villages, bom=True),
        write_file(folder / "plan.xlsx", plan_xlsx(plan, scenario)),
    ]
    if sheets:
        pdf = sheets_pdf(plan, scenario, is_estimate=travel.is_estimate)
        written.append(write_file(folder / "sheets.pdf", pdf))
    written.append(write_text(folder / "plan.json", plan_to_json(plan)))
    return written
