"""A plan -> the files that people and programs use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.atomic import write_file, write_text
from dispatch.check.past import split_violations
from dispatch.check.rules import check_plan
from dispatch.errors import DispatchError
from dispatch.files.plan.gpx import gpx_text
from dispatch.files.plan.kml import kml_text
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.plan_json import plan_to_json
from dispatch.files.plan.sheets import sheets_pdf
from dispatch.files.plan.tables import (
    VILLAGE_HEADER,
    VISIT_HEADER,
    to_csv,
    village_rows,
    visit_rows,
)
from dispatch.files.plan.tracks import TrackMaker, file_names
from dispatch.files.plan.workbook import plan_xlsx
from dispatch.roads.route import RouteFinder
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.check.past import Split
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.words.message import Lang


def write_plan(
    plan: Plan,
    scenario: Scenario,
    travel: Travel,
    out_dir: str | Path,
    *,
    sheets: bool = True,
    lang: Lang = "zh",
    broken: Split | None = None,
) -> list[Path]:
    """
    Return the files written: plan.json, two CSV tables, plan.xlsx and sheets.pdf.

    Every truck with trips also gets its day as ``gpx/T1.gpx`` and ``kml/T1.kml``.

    Each file appears complete or not at all; ``plan.json`` comes last.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        The day that it is for.
    travel
        Says on the sheets whether times are estimates.
    out_dir
        A folder that is no scenario; it is made if it is not there.
    sheets
        Whether to write the drivers' PDF.
    lang
        Language of what people read; names stay as they are, and so do the keys and
        headings of ``plan.json`` and the CSV tables, which programs read.
    broken
        Rules that the plan breaks, where that is known; None: it is checked here.

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
        write_file(folder / "plan.xlsx", plan_xlsx(plan, scenario, lang)),
    ]
    written += _write_tracks(plan, scenario, folder, lang)
    if sheets:
        if broken is None:
            violations = check_plan(scenario, travel, plan)
            broken = split_violations(scenario, plan, violations)
        past = [] if broken.to_come else broken.past
        day = OnPaper(plan, scenario, is_estimate=travel.is_estimate, past=past)
        pdf = sheets_pdf(day, lang)
        written.append(write_file(folder / "sheets.pdf", pdf))
    written.append(write_text(folder / "plan.json", plan_to_json(plan)))
    return written


def _write_tracks(
    plan: Plan, scenario: Scenario, folder: Path, lang: Lang
) -> list[Path]:
    """Write the days of all trucks, and take away older ones of trucks at rest."""
    truck_ids = [truck.truck_id for truck in scenario.trucks]
    truck_ids += [route.truck_id for route in plan.routes]
    names = file_names(tuple(dict.fromkeys(truck_ids)))
    is_any_busy = any(route.num_trips for route in plan.routes)
    finder = RouteFinder(scenario) if is_any_busy else None
    maker = TrackMaker(plan, scenario, finder, lang) if finder else None
    written = []
    for truck_id, name in names.items():
        gpx, kml = folder / "gpx" / f"{name}.gpx", folder / "kml" / f"{name}.kml"
        route = plan.route_by_truck.get(truck_id)
        if maker is None or route is None or not route.num_trips:
            gpx.unlink(missing_ok=True)
            kml.unlink(missing_ok=True)
            continue
        day = maker.day(route)
        written.append(write_text(gpx, gpx_text(day)))
        written.append(write_text(kml, kml_text(day)))
    return written
