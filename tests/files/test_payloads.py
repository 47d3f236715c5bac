"""Whatever people type, files that are handed out run nothing and open again."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from dispatch.errors import DataError
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.papers import PAPERS, paper_pdf
from dispatch.files.plan.plan_json import plan_from_json, plan_to_json
from dispatch.files.plan.write import write_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.planning.day import prepare_day
from dispatch.planning.plan_day import plan_day
from dispatch.solver.params import SolveParams
from tests.payloads import PAYLOADS, check_file, evil

DATA = Path(__file__).parents[2] / "data" / "heping"


@pytest.fixture(scope="module")
def planned():
    """Give a day with roads, and its plan."""
    day = prepare_day(read_scenario(DATA))
    return plan_day(day, SolveParams(iterations=20, workers=1))


@pytest.mark.parametrize("name", PAYLOADS)
def test_files_of_a_plan(planned, tmp_path, name):
    text = PAYLOADS[name]
    scenario, travel = evil(planned.scenario, text), planned.travel
    plan = replace(planned.plan, scenario=scenario.name)
    written = write_plan(plan, scenario, travel, tmp_path / "plan", sheets=False)
    assert {path.suffix for path in written} == {
        *[".csv", ".xlsx", ".gpx", ".kml", ".json"]
    }
    for path in written:
        check_file(path.name, path.read_bytes())
    kept = plan_from_json(plan_to_json(plan).encode(), scenario=scenario)
    assert kept == plan
    assert not Path("hacked").exists()


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_scenario_is_read_back_as_it_was(planned, tmp_path, name):
    """But for signs that show nothing; what is too long is told, row by row."""
    scenario = evil(planned.scenario, PAYLOADS[name])
    write_scenario(scenario, tmp_path / "day")
    for path in (tmp_path / "day").rglob("*"):
        check_file(path.name, path.read_bytes())
    book = write_scenario_xlsx(scenario, tmp_path / "day.xlsx")
    check_file(book.name, book.read_bytes())
    if name.startswith("long"):
        with pytest.raises(DataError, match="4000"):
            read_scenario(tmp_path / "day")
        return
    read = read_scenario(tmp_path / "day")
    assert [v.village_id for v in read.villages] == [
        v.village_id for v in scenario.villages
    ]
    if name not in ("control signs", "lines", "right to left", "emoji"):
        assert read.villages[0].notes == PAYLOADS[name].strip()


#: The others are the same letters to a page of paper.
ODD_ON_PAPER = ("right to left", "emoji", "rare signs", "control signs", "lines")


@pytest.mark.parametrize("name", [*ODD_ON_PAPER, "long", "long word"])
def test_papers_of_a_plan(planned, name):
    """A note of 500 signs once took its sheet seconds, and one of 4,000 minutes."""
    text = PAYLOADS[name]
    scenario = evil(planned.scenario, text)
    plan = replace(planned.plan, scenario=scenario.name)
    for paper in PAPERS:
        pages = pypdf.PdfReader(io.BytesIO(paper_pdf(paper, OnPaper(plan, scenario))))
        assert pages.pages
