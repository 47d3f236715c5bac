"""Rules broken only in what is done: page, map, paper and terminal say the same."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from dispatch import check_plan, travel_matrix
from dispatch.check.past import past_message, split_violations
from dispatch.cli import app
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.plan_json import plan_from_json, plan_to_json
from dispatch.files.plan.sheets import sheets_pdf
from dispatch.files.plan.write import write_plan
from dispatch.maps.page import plan_map_html
from tests.cases.field_days import PARAMS, road_day, solved
from tests.planning.replanning import replan

TEN = 10 * 3600


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """At 10:00 the road that the truck has used all morning turns out to be closed."""
    folder = tmp_path_factory.mktemp("past")
    before = road_day(folder / "before", population=2_000)
    closed = road_day(
        folder / "closed",
        population=2_000,
        limits="limit_id,road,closed\nL1,11-0,yes\n",
    )
    travel = travel_matrix(closed)
    found = replan(closed, travel, solved(before), PARAMS, now_s=TEN)
    return folder / "closed", closed, travel, found


def test_the_plan_itself_knows_what_was_done(day) -> None:
    """Written and read back it tells past from open, as the re-planning did."""
    _, scene, travel, found = day
    assert found.broken.to_come == []
    assert {violation.rule for violation in found.broken.past} == {2}
    again = plan_from_json(plan_to_json(found.plan).encode())
    assert again.done == found.plan.done
    broken = split_violations(scene, again, check_plan(scene, travel, again))
    assert broken.past == list(found.broken.past)
    assert broken.to_come == []
    # A plan that does not say what was done has no past.
    blind = replace(again, done={})
    broken = split_violations(scene, blind, check_plan(scene, travel, blind))
    assert broken.past == []
    assert broken.to_come == list(found.broken.past)


def test_one_sentence_says_which_truck_where_and_when(day) -> None:
    _, scene, _, found = day
    text = past_message(scene, found.plan, found.broken.past).text("zh")
    first = found.broken.past[0]
    assert first.stop_index is not None
    start_s = found.plan.routes[0].stops[first.stop_index].start_s
    clock = f"{start_s // 3600:02}:{start_s % 3600 // 60:02}"
    assert f"T1 {clock} V1" in text
    assert "后面的行程都符合规则" in text
    assert f"{len(found.broken.past)} 处" in text


def test_the_map_says_so_and_does_not_forbid_the_plan(day) -> None:
    _, scene, travel, found = day
    page = plan_map_html(scene, travel, found.plan, "en")
    assert "the rest may be used" in page
    assert "must not be used" not in page
    bad = plan_map_html(scene, travel, replace(found.plan, done={}), "en")
    assert "must not be used" in bad
    assert "the rest may be used" not in bad


def test_the_sheet_says_so(day) -> None:
    _, scene, _, found = day
    pdf = sheets_pdf(OnPaper(found.plan, scene, past=found.broken.past))
    assert "已执行部分有" in printed(pdf)
    assert "后面的行程照常执行" in printed(pdf)
    assert "已执行部分有" not in printed(sheets_pdf(OnPaper(found.plan, scene)))


def printed(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\x00", "")


def test_the_check_tells_past_from_open(day, tmp_path) -> None:
    """A plan with a broken rule is 3 as ever; the sentence says what it is about."""
    folder, scene, travel, found = day
    write_plan(found.plan, scene, travel, tmp_path / "new")
    result = CliRunner().invoke(app, ["check", str(folder), str(tmp_path / "new")])
    assert result.exit_code == 3
    assert "后面的行程都符合规则" in result.stdout.replace("\n", "")
    # With one more that is still to come, the rest is not called good.
    route = found.plan.routes[0]
    last = replace(route.stops[-1], arrive_s=86_000, start_s=86_000, end_s=86_000)
    late = replace(route, stops=(*route.stops[:-1], last))
    write_plan(replace(found.plan, routes=(late,)), scene, travel, tmp_path / "bad")
    result = CliRunner().invoke(app, ["check", str(folder), str(tmp_path / "bad")])
    assert result.exit_code == 3
    assert "其余要先改正" in result.stdout.replace("\n", "")
    assert "后面的行程都符合规则" not in result.stdout.replace("\n", "")
