"""The pages of Streamlit without a browser: what they say in every state."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from dispatch.runs.contracts_of_folders import Request, State
from dispatch.runs.job import Job
from dispatch.runs.queue_of_folders import JobStore
from dispatch.runs.worker_of_folders import run
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

import dispatch.web
from dispatch.check.rules import check_plan
from dispatch.coverage import compute_coverage
from dispatch.web import charts, tables
from dispatch.web.catalog import Catalog
from dispatch.web.finished import Finished, finished
from dispatch.web.report import everything_zip, paper_file, report_xlsx
from dispatch.words.words import Words

MAIN = Path(dispatch.web.__file__).with_name("main.py")


@pytest.fixture
def app(catalog):
    return AppTest.from_file(str(MAIN), default_timeout=30)


def texts(app):
    """Return all that a page says."""
    kinds = (
        *(app.title, app.markdown, app.caption, app.metric),
        *(app.error, app.warning, app.info, app.success, app.subheader),
    )
    return "\n".join(
        str(getattr(element, "label", "")) + str(element.value)
        for kind in kinds
        for element in kind
    )


def shown(app):
    app.run()
    assert not app.exception
    return texts(app)


def test_first_visit_says_that_there_is_no_plan_and_offers_one(app):
    text = shown(app)
    assert "2022-09-06 还没有方案" in text
    assert "2 个送水点，150 人" in text
    assert app.button(key="plan").label == "编制方案"


def test_plan_button_starts_a_run_and_shows_its_plan(app, solve, monkeypatch):
    """The child process is played by this one; the page then shows the figures."""

    def start(self, scenario, request):
        job = self.create(scenario, request)
        run(job, solve)
        return job

    monkeypatch.setattr(JobStore, "start", start)
    app.run()
    app.button(key="plan").click()
    text = shown(app)
    # 3500 of 5250 l: the second village gets nothing.
    assert "需水满足率66.6%" in text
    assert "还缺 1,750 升；1 个送水点生存用水不足" in text
    assert "方案有效：14 条规则全部通过检查" in text
    assert "最多还差 50.0%" in text
    assert "计算：方案已不再改进" in text


@pytest.mark.parametrize("view", ["timetable", "coverage", "shortage", "download"])
def test_views_of_a_plan(app, planned, view):
    app.session_state["view"] = view
    text = shown(app)
    assert "方案有效" in text
    expected = {
        "coverage": "66.6% 的人达到基本用水",
        "shortage": "共缺 1,750 升，1 个送水点",
        "timetable": "每行一辆车",
        "download": "文件来自",
    }[view]
    assert expected in text


def test_english_by_one_switch(app, planned):
    app.session_state["lang"] = "en"
    text = shown(app)
    assert "Valid plan" in text
    assert "方案" not in text


def test_edited_data_make_the_plan_old(app, planned, scenario):
    """An old plan is never shown as new."""
    village = replace(scenario.villages[0], population=120)
    planned.store.drafts.save(
        "town", replace(scenario, villages=(village, *scenario.villages[1:]))
    )
    text = shown(app)
    assert "旧方案" in text
    assert "方案有效" not in text
    assert "数据在网页上改过" in text


def test_other_settings_make_the_plan_old(app, planned):
    app.run()
    app.number_input(key="equity").set_value(4)
    assert "旧方案" in shown(app)


def test_plan_that_breaks_rules_is_shown_as_broken(app, catalog, scenario, solve):
    def broken(*args, **kwargs):
        result = solve(*args, **kwargs)
        stops = result.plan.routes[0].stops
        late = replace(stops[-1], arrive_s=29101)
        route = replace(result.plan.routes[0], stops=(*stops[:-1], late))
        return replace(result, plan=replace(result.plan, routes=(route,)))

    request = Request(scenario_key="town", scenario_name="小镇", digest="x")
    run(catalog.store.create(scenario, request), broken)
    text = shown(app)
    assert "方案不能执行：有 1 处不合规则" in text
    assert "方案有效" not in text
    assert "需水满足率" not in text
    assert "行车时间不够" in app.dataframe[0].value.to_string()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State(status="cancelled"), "上次编制已取消"),
        (State(status="failed", message="internal"), "程序内部错误"),
        (State(status="failed", message="no road to any place"), "no road to any"),
    ],
)
def test_run_without_plan_is_told_and_the_old_plan_stays(
    app, planned, scenario, state, expected
):
    request = Request(scenario_key="town", scenario_name="小镇", digest="x")
    planned.store.create(scenario, request).write_state(state)
    text = shown(app)
    assert expected in text
    assert "需水满足率" in text


def test_run_under_way_shows_progress_and_can_be_cancelled(
    app, planned, scenario, monkeypatch
):
    request = Request(scenario_key="town", scenario_name="小镇", digest="x")
    job = planned.store.create(scenario, request)
    job.write_state(
        State(status="running", phase="search", fraction=0.3, served_l=3000)
    )
    monkeypatch.setattr(Job, "_is_alive", lambda self: True)
    text = shown(app)
    assert "正在编制新方案，下面仍是" in text
    assert "方案有效" not in text
    assert app.button(key="plan").disabled
    app.button(key="cancel").click()
    app.run()
    assert job.is_cancelled
    assert "正在停止" in texts(app)


def test_silent_worker_is_told(app, planned, scenario, monkeypatch):
    request = Request(scenario_key="town", scenario_name="小镇", digest="x")
    job = planned.store.create(scenario, request)
    job.write_state(State(status="running", heartbeat=1.0))
    monkeypatch.setattr(Job, "_is_alive", lambda self: True)
    assert "没有回应" in shown(app)


def test_folder_with_errors_lists_what_to_mend(app, catalog):
    path = catalog.data_dir / "town" / "villages.csv"
    path.write_text(
        "village_id,name,lat,lon,population\nV1,上村,28,115,-5\nV1,下村,x,115,5\n",
        encoding="utf-8",
    )
    text = shown(app)
    assert "这份数据有错" in text
    table = app.dataframe[0].value
    assert len(table) >= 3
    assert list(table.columns) == ["程度", "文件或表", "行", "列", "内容", "问题与改法"]
    assert "-5" in table["内容"].tolist()


def test_no_data_at_all_offers_upload_and_template(app, monkeypatch, tmp_path):
    monkeypatch.setenv("DISPATCH_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("DISPATCH_JOBS", str(tmp_path / "no-jobs"))
    text = shown(app)
    assert "还没有数据" in text
    assert app.get("file_uploader")
    assert app.get("download_button")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("official", "还没有通过检查的方案"),
        ("volunteer", "司机和志愿者用手机打开"),
    ],
)
def test_other_views_before_a_plan(catalog, page, expected):
    """Pages are functions here: each is run by itself, with the frame around it."""
    app = AppTest.from_function(_page, kwargs={"name": page})
    assert expected in shown(app)


def test_officials_see_people_before_litres(planned):
    """100 of 150 people have all, 20 of 25 vulnerable ones survive."""
    app = AppTest.from_function(_page, kwargs={"name": "official"})
    text = shown(app)
    assert "66.6% 的人达到基本用水标准" in text
    assert "150 人中有 100 人当天有 20 升水可用" in text
    assert "20 / 25 人" in text
    assert "最少的送水点人均（升/天）0.0" in text
    assert app.get("download_button")


def _page(name):
    import importlib

    import streamlit as st

    from dispatch.web.catalog import Catalog
    from dispatch.web.context import Frame
    from dispatch.words.words import Words

    catalog = Catalog.from_env()
    st.session_state["frame"] = Frame(catalog, catalog.entry(None), Words("zh"))
    importlib.import_module(f"dispatch.web.views.{name}").show()


@pytest.fixture
def run_of(scenario, travel, plan, tmp_path):
    job = JobStore(tmp_path / "jobs").create(
        scenario, Request(scenario_key="k", scenario_name="n", digest="d")
    )
    from dispatch.runs.job import Result

    job.out.mkdir()
    (job.out / "plan.json").write_text("{}")
    return Finished(
        job,
        Result(scenario, travel, plan),
        compute_coverage(scenario, plan, travel),
        check_plan(scenario, travel, plan),
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_has_one_sheet_per_question(run_of, lang):
    book = load_workbook(io.BytesIO(report_xlsx(run_of, Words(lang))))
    assert len(book.sheetnames) == 7
    summary = {row[0].value: row[1].value for row in book.worksheets[0]}
    label = {"zh": "需水满足率", "en": "Need met"}[lang]
    assert summary[label] == "66.6%"


def test_names_never_become_formulas(run_of, scenario):
    """A village called =1+1 stays text in the officials' workbook."""
    evil = replace(scenario, villages=(replace(scenario.villages[0], name="=1+1"),))
    result = replace(run_of.result, scenario=evil)
    figures = compute_coverage(evil, result.plan)
    book = load_workbook(
        io.BytesIO(
            report_xlsx(replace(run_of, result=result, figures=figures), Words("zh"))
        )
    )
    cell = book["各送水点"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_zip_holds_every_file_and_the_report(run_of):
    data = everything_zip(run_of, Words("zh"))
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert names == ["plan.json", "report.xlsx"]


def test_who_reads_english_gets_english_paper_too(run_of):
    """The files of a run are in Chinese, for the drivers."""
    archive = zipfile.ZipFile(io.BytesIO(everything_zip(run_of, Words("en"))))
    assert archive.namelist()[2:] == ["plan.en.xlsx", "sheets.en.pdf"]
    assert archive.read("sheets.en.pdf") == paper_file(
        run_of, "sheets.pdf", Words("en")
    )
    book = load_workbook(io.BytesIO(paper_file(run_of, "plan.xlsx", Words("en"))))
    assert book.sheetnames == ["Truck trips", "Village coverage", "Source use"]
    (run_of.job.out / "plan.xlsx").write_bytes(b"as written")
    assert paper_file(run_of, "plan.xlsx", Words("zh")) == b"as written"


def test_timetable_has_a_bar_for_every_stretch_of_the_day(scenario, plan):
    """Depart 7:00; fill 7:20-7:25; unload 8:00-8:05; back 9:00."""
    rows = charts.timetable_rows(scenario, plan, Words("zh"))
    assert list(rows["kind"]) == ["drive", "fill", "drive", "deliver", "drive"]
    assert list(rows["sign"]) == ["", "装", "", "卸", ""]
    assert rows["start_h"].iloc[1] == pytest.approx(7 + 20 / 60)
    assert rows["end_h"].iloc[-1] == 9
    assert charts.timetable_chart(scenario, plan, Words("zh")).to_dict()


def test_bands_chart_shows_need_served_and_bound(run_of):
    data = charts.bands_chart(run_of.figures, Words("en")).to_dict()
    rows = next(iter(data["datasets"].values()))
    assert {"need_l", "served_l", "bound_l", "text"} <= rows[0].keys()
    assert rows[0]["need_l"] == pytest.approx(0.187, abs=0.001)


def test_tables_are_for_people(run_of, scenario):
    t = Words("zh")
    bands = tables.bands_table(run_of.figures, t)
    assert "需水（升）" in bands.columns
    places = tables.places_table(run_of.figures.places, t)
    assert list(places["情况"]) == ["✅ 需水全部满足", "❌ 生存用水不足"]
    assert list(places["首次到水"]) == ["08:00", ""]
    trucks = tables.trucks_table(run_of.figures, scenario, t)
    assert list(trucks["车"]) == ["A · T1", "B · T2"]
    assert not any(pd.isna(name) for name in places.columns)


def test_catalog_finds_folders_workbooks_and_uploads(catalog, scenario):
    (catalog.data_dir / "day.xlsx").write_bytes(b"")
    (catalog.data_dir / "notes").mkdir()
    catalog.store.drafts.save("upload:新的", scenario)
    entries = catalog.entries()
    assert [entry.key for entry in entries] == ["day.xlsx", "town", "upload:新的"]
    assert [entry.title for entry in entries] == ["day", "小镇", "新的"]
    assert catalog.entry("no such").key == "day.xlsx"
    assert catalog.load(entries[2]).scenario == scenario
    assert Catalog(Path("/no/such/folder")).entry(None) is None


def test_scenario_is_read_again_when_a_file_changes(catalog):
    entry = catalog.entry("town")
    first = catalog.load(entry).scenario
    assert catalog.load(entry).scenario is first
    path = catalog.data_dir / "town" / "villages.csv"
    path.write_text(path.read_text("utf-8").replace("上村", "新上村"), "utf-8")
    assert catalog.load(entry).scenario.villages[0].name == "新上村"


def test_finished_is_none_without_a_run():
    assert finished(None) is None
