"""The command line as people use it: what it says, writes and returns."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from dispatch.cli import app, run
from dispatch.errors import DataError, Problem
from dispatch.files.roads.basemap import read_basemap
from dispatch.files.scenario.read_roads import read_roads
from dispatch.words.message import say

DATA = Path(__file__).parents[2] / "data"
HEPING = DATA / "heping"
QUICK = ("--iterations", "200", "--workers", "1")
FILES = {
    "gpx",
    "kml",
    "map.html",
    "plan.json",
    "plan.xlsx",
    "sheets.pdf",
    "villages.csv",
    "visits.csv",
}


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("planned")
    return out, invoke("plan", HEPING, "--out", out, *QUICK)


def figures(out: Path) -> dict[str, object]:
    """The plan without how long it took, which no seed repeats."""
    plan: dict[str, object] = json.loads((out / "plan.json").read_text("utf-8"))
    solver = plan["solver"]
    assert isinstance(solver, dict)
    solver.pop("seconds")
    return plan


EXTRACT = """<osm version="0.6"><node id="1" lat="26.9" lon="112.6"/>
<node id="2" lat="26.91" lon="112.6"/><node id="3" lat="1" lon="1"/>
<node id="4" lat="1.1" lon="1"/>
<way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="track"/>
<tag k="maxweight" v="8"/></way>
<way id="8"><nd ref="3"/><nd ref="4"/><tag k="highway" v="primary"/></way></osm>"""


def test_roads_become_tables(tmp_path: Path) -> None:
    extract = tmp_path / "a.osm"
    extract.write_text(EXTRACT, "utf-8")
    done = invoke("roads", extract, "--out", tmp_path, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "4 nodes, 2 edges" in done.output
    assert "limit of weight: 1" in done.output
    assert read_roads(tmp_path) == read_roads(extract)
    again = invoke("roads", extract, "--out", tmp_path, "--lang", "en")
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_roads_around_a_scenario(tmp_path: Path) -> None:
    extract = tmp_path / "a.osm"
    extract.write_text(EXTRACT, "utf-8")
    near = ("--around", HEPING, "--margin-km", "100")
    done = invoke("roads", extract, "--out", tmp_path, *near)
    assert done.exit_code == 0, done.output
    assert read_roads(tmp_path).edge_ids == ("7-0",)


def test_roads_come_with_a_basemap(tmp_path: Path) -> None:
    """Water and names of the extract are read again with a scenario beside them."""
    extract = tmp_path / "a.osm"
    town = '<node id="9" lat="1" lon="1"><tag k="place" v="town"/>'
    named = EXTRACT.replace("<way", f'{town}<tag k="name" v="镇"/></node><way', 1)
    extract.write_text(named, "utf-8")
    out = tmp_path / "out"
    done = invoke("roads", extract, "--out", out, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "basemap.geojson" in done.output.replace("\n", "")
    problems: list[Problem] = []
    data = (out / "basemap.geojson").read_bytes()
    (found,) = read_basemap("basemap.geojson", data, problems)
    assert (found.kind, found.name, problems) == ("place", "镇", [])
    shutil.rmtree(out / "roads")
    again = invoke("roads", extract, "--out", out, "--lang", "en")
    assert again.exit_code == 2
    assert not (out / "roads").exists()


@pytest.mark.parametrize("content", ["", "<html>404</html>", EXTRACT[:200]])
def test_a_wrong_extract_is_told(content: str, tmp_path: Path) -> None:
    extract = tmp_path / "a.osm.pbf"
    extract.write_text(content, "utf-8")
    done = invoke("roads", extract, "--out", tmp_path / "out", "--lang", "en")
    assert done.exit_code == 2
    assert "no OpenStreetMap" in done.output
    assert not (tmp_path / "out").exists()


def broken_copy(tmp_path: Path, out: Path) -> Path:
    """A plan whose truck starts before its shift."""
    plan = json.loads((out / "plan.json").read_text("utf-8"))
    stop = plan["routes"][0]["stops"][0]
    stop.update(arrive_s=60, start_s=60, end_s=60)
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(plan), "utf-8")
    return path


def test_plan_writes_every_file(planned: tuple[Path, Result]) -> None:
    """What DESIGN.md promises of `plan`: tables, map and sheets."""
    out, result = planned
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == FILES


def test_english_plan_has_english_files(tmp_path: Path) -> None:
    done = invoke("plan", HEPING, "--out", tmp_path, "--lang", "en", *QUICK)
    assert done.exit_code == 0, done.output
    book = load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == ["Truck trips", "Village coverage", "Source use"]
    for folder in ("gpx", "kml"):
        for path in (tmp_path / folder).iterdir():
            text = path.read_text("utf-8")
            assert " Fill " in text
            assert "装水" not in text


def test_summary_is_chinese_first(planned: tuple[Path, Result]) -> None:
    _, result = planned
    for words in ("送水方案", "满足率", "车牌", "上限", "全部规则通过", "直线距离"):
        assert words in result.stdout
    assert "搜索" in result.stderr


def test_summary_in_english_has_no_chinese_words(tmp_path: Path) -> None:
    result = invoke("plan", HEPING, "--out", tmp_path, "--lang", "en", *QUICK)
    assert result.exit_code == 0, result.output
    for words in ("water plan", "coverage", "proven bound", "straight lines"):
        assert words in result.stdout
    assert "满足" not in result.output


def test_figures_shown_are_those_of_the_plan(planned: tuple[Path, Result]) -> None:
    out, result = planned
    totals = json.loads((out / "plan.json").read_text("utf-8"))["totals"]
    served, need = (sum(totals[name].values()) for name in ("served_l", "need_l"))
    assert f"{served:,} / {need:,}" in result.stdout


def test_same_seed_and_iterations_repeat_the_plan(
    planned: tuple[Path, Result], tmp_path: Path
) -> None:
    invoke("plan", HEPING, "--out", tmp_path, *QUICK)
    assert figures(tmp_path) == figures(planned[0])


def test_out_is_named_after_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke("plan", HEPING, *QUICK).exit_code == 0
    assert (tmp_path / "out" / "和平村（示例）" / "plan.json").is_file()


@pytest.mark.parametrize(
    ("name", "folder"),
    [("永和 9/6", "永和 9_6"), ("..", "plan"), ("a:b*c", "a_b_c")],
)
def test_out_never_leaves_its_folder(name: str, folder: str) -> None:
    class Named:
        pass

    scenario = Named()
    scenario.name = name  # type: ignore[attr-defined]  # all that is looked at
    assert run.default_out(scenario) == Path("out") / folder  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_lists_every_problem(tmp_path: Path, lang: str) -> None:
    """Two mistakes in two files are told in one run, with the place of each."""
    folder = tmp_path / "bad"
    folder.mkdir()
    for path in HEPING.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    trucks = (folder / "trucks.csv").read_text("utf-8")
    (folder / "trucks.csv").write_text(trucks.replace("D1", "D9"), "utf-8")
    villages = (folder / "villages.csv").read_text("utf-8").splitlines()
    header, first = villages[0].split(","), villages[1].split(",")
    first[header.index("population")] = "-30"
    villages[1] = ",".join(first)
    (folder / "villages.csv").write_text("\n".join(villages), "utf-8")
    result = invoke("plan", folder, "--out", tmp_path / "out", "--lang", lang)
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()
    for words in ("villages.csv", "-30", "population", "trucks.csv", "D9"):
        assert words in result.stderr
    said = {"zh": ("问题与改法", "没有这个车场"), "en": ("what to do", "no such depot")}
    for words in said[lang]:
        assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "no-such-folder"),
        ("plan", HEPING, "--out", HEPING),
        ("plan", HEPING, "--out", HEPING / "villages.csv"),
        ("plan", HEPING, "--seconds", "-1"),
        ("plan", HEPING, "--lang", "fr"),
        ("plan",),
        ("check", HEPING, "no-such-plan.json"),
        ("check", HEPING, HEPING / "villages.csv"),
        ("template", HEPING),
        ("serve", "--data", "no-such-folder"),
        ("serve", "--data", HEPING, "--port", "99999"),
    ],
    ids=str,
)
def test_wrong_use_is_bad_input(arguments: tuple[str | Path, ...]) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_check_accepts_what_plan_wrote(planned: tuple[Path, Result]) -> None:
    result = invoke("check", HEPING, planned[0] / "plan.json")
    assert result.exit_code == 0, result.output
    assert "方案可以执行" in result.stdout
    assert invoke("check", HEPING, planned[0]).exit_code == 0


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "早于上班时间"), ("en", "the shift at")]
)
def test_check_lists_violations(
    planned: tuple[Path, Result], tmp_path: Path, lang: str, words: str
) -> None:
    path = broken_copy(tmp_path, planned[0])
    result = invoke("check", HEPING, path, "--lang", lang)
    assert result.exit_code == 3
    assert words in result.stdout
    assert "00:01" in result.stdout


def test_check_says_that_a_plan_is_of_another_day(
    planned: tuple[Path, Result], tmp_path: Path
) -> None:
    text = (planned[0] / "plan.json").read_text("utf-8")
    path = tmp_path / "plan.json"
    path.write_text(text.replace('"和平村（示例）"', '"hexi"', 1), "utf-8")
    assert "hexi" in invoke("check", HEPING, path).stderr


def test_rejected_plan_is_never_shown_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planned: tuple[Path, Result]
) -> None:
    """A plan that breaks a rule leaves no plan.json, no table and no map."""
    from dispatch.check.facts import Violation

    said = say("broken.supply_exceeded", litres=9, supply=5)
    broken = [Violation(7, said, place_id="S1")]
    monkeypatch.setattr("dispatch.planning.plan_day.check_plan", lambda *_: broken)
    result = invoke("plan", HEPING, "--out", tmp_path, *QUICK)
    assert result.exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["plan.rejected.json"]
    assert "水源一天只能供5升" in re.sub(r"\s", "", result.stderr)
    assert "送水方案" not in result.stdout
    monkeypatch.undo()
    assert invoke("plan", HEPING, "--out", tmp_path, *QUICK).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == FILES


@pytest.mark.parametrize("debug", [False, True])
def test_internal_error_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    debug: bool,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the pump fell off")

    monkeypatch.setattr("dispatch.planning.day.travel_matrix", fail)
    flags = ("--debug",) if debug else ()
    result = invoke("plan", HEPING, "--out", tmp_path, *flags)
    assert result.exit_code == 1
    assert "the pump fell off" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert ("Traceback" in caplog.text) is debug


def test_many_warnings_are_folded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says how many more there are, so that the plan stays in sight."""
    real = run.read_scenario

    def noticing(path: Path, *, strict: bool = False) -> object:
        scenario = real(path, strict=strict)
        (warning,) = _warnings(1)
        object.__setattr__(scenario, "warnings", (warning,) * 30)
        return scenario

    monkeypatch.setattr(run, "read_scenario", noticing)
    result = invoke("plan", HEPING, "--out", tmp_path, *QUICK)
    assert result.exit_code == 0, result.output
    assert result.stderr.count("villages.csv") == 8
    assert "22" in result.stderr


def _warnings(count: int) -> list[Problem]:
    try:
        run.read_scenario(DATA / "nowhere")
    except DataError as error:
        from dataclasses import replace

        problem = replace(error.problems[0], file="villages.csv", severity="warning")
        return [problem] * count
    raise AssertionError("there is no such folder")


def test_template_can_be_planned(tmp_path: Path) -> None:
    for arguments in ((tmp_path / "new",), (tmp_path / "book.xlsx", "--xlsx")):
        result = invoke("template", *arguments)
        assert result.exit_code == 0, result.output
        assert arguments[0].is_file() is ("--xlsx" in arguments)
        again = invoke("template", *arguments)
        assert again.exit_code == 2
        out = tmp_path / f"{arguments[0].name}-plan"
        assert invoke("plan", arguments[0], "--out", out, *QUICK).exit_code == 0


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "dispatch.cli", *map(str, arguments)]


def test_plan_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        command("plan", HEPING, "--out", tmp_path, *QUICK),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "和平村（示例）" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a child")
def test_ctrl_c_keeps_the_best_plan(tmp_path: Path) -> None:
    """A coordinator who cannot wait gets the plan found so far, checked."""
    process = subprocess.Popen(
        command("plan", DATA / "yonghe", "--out", tmp_path, "--seconds", "600"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "搜索 " in line:
                break
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert "中断" in errors
    assert "提前结束" in output
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert invoke("check", DATA / "yonghe", tmp_path).exit_code == 0
