"""Today, plan and coverage without a browser: what they say in every state."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from dispatch.check.rules import check_plan
from dispatch.coverage import compute_coverage
from dispatch.day.opening import close_day
from dispatch.day.planning import replan_version
from dispatch.day.publishing import publish_version
from dispatch.day.requests import move_request
from dispatch.errors import DispatchError
from dispatch.files.plan.on_paper import OnPaper
from dispatch.web import charts, tables
from dispatch.web.finished import Finished, Result, finished
from dispatch.web.printed import Printed
from dispatch.web.report import everything_zip, paper_file, report_xlsx
from dispatch.words.words import Words
from tests.web.office import CODE, DATE, NOW, keys, pages, shown, table_of, texts


def broken(solve):
    """Return a solver whose plan comes back from its last place too soon."""

    def answer(*args, **kwargs):
        result = solve(*args, **kwargs)
        stops = result.plan.routes[0].stops
        late = replace(stops[-1], arrive_s=29101)
        route = replace(result.plan.routes[0], stops=(*stops[:-1], late))
        return replace(result, plan=replace(result.plan, routes=(route,)))

    return answer


# --- the frame ------------------------------------------------------------------


def test_who_is_not_signed_in_sees_a_door_and_no_page(office):
    office.who = ""
    app = office.page()
    assert app.title[0].value == "请先登录"
    assert pages(app) == {}
    assert "小镇" not in texts(app)


def test_without_a_store_the_page_says_how_to_make_one(office, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert "dispatch store init" in texts(office.page())


OFFICE = "today needs plan water requests deliveries roads places doors links coverage"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("调度", OFFICE),
        ("领导", "coverage deliveries requests"),
        ("admin", f"{OFFICE} people first"),
    ],
)
def test_every_role_has_its_pages(office, who, expected):
    office.who = who
    first, *rest = expected.split()
    assert set(pages(office.page())) == {"", *rest}
    assert first in ("today", "coverage")


def test_a_day_that_is_not_open_is_opened_by_a_button(office):
    tomorrow = DATE + dt.timedelta(days=1)
    app = office.page(date=tomorrow)
    assert "2022-09-07 还没有开始" in texts(app)
    assert "最近一天是 2022-09-06" in texts(app)
    app.button(key="open_day").click()
    assert "2022-09-07：还没有方案" in shown(app)
    assert office.desk(date=tomorrow).state == "open"
    office.who = "领导"
    app = office.page(date=DATE + dt.timedelta(days=9))
    assert "还没有开始" in texts(app)
    assert "open_day" not in keys(app)


def test_signing_out_closes_the_pages(office):
    app = office.page()
    app.button(key="sign_out").click()
    assert "请先登录" in shown(app)
    assert "小镇" not in texts(app)


def test_township_and_day_survive_a_refresh_and_no_sense_is_none(office, scenario):
    office.take_in(replace(scenario, name="别处"), "430423113")
    office.who = "admin"
    app = office.page()
    app.selectbox(key="township").set_value("430423113")
    app.date_input(key="date").set_value(dt.date(2022, 9, 8))
    assert "2022-09-08 还没有开始" in shown(app)
    query = app.query_params
    assert [query["township"], query["date"]] == ["430423113", "2022-09-08"]
    again = office.page(asked={"township": "430423113", "date": "2022-09-08"})
    assert again.selectbox(key="township").value == "430423113"
    assert again.date_input(key="date").value == dt.date(2022, 9, 8)
    again = office.page(asked={"township": "../x", "date": "2022-99-99"})
    assert again.date_input(key="date").value == DATE


# --- today ----------------------------------------------------------------------


def test_first_visit_says_that_there_is_no_plan_and_offers_one(office):
    app = office.page()
    assert "2022-09-06：还没有方案" in texts(app)
    assert app.button(key="plan").label == "编制方案"
    assert "close_day" not in keys(app)
    app.button(key="plan").click()
    assert "正在准备" in shown(app)
    assert office.spawned == 1
    assert office.work() == 1
    text = shown(app)
    assert "方案已编好，还没有发布" in text
    app.button(key="publish").click()
    text = shown(app)
    assert "已送达 0 升（计划 3,500 升）· 完成 0 / 1 次" in text
    assert "司机按第 1 版执行，09-06 07:00 发布" in text
    assert office.desk().published.number == 1


def test_most_urgent_stands_first(office):
    """Overdue and supervised requests, then alarms, then water, then trucks."""
    office.call("V1", now=NOW - dt.timedelta(days=9))
    urged = office.call("V2", now=NOW - dt.timedelta(hours=60), remark="<b>路窄</b>")
    for state in ("accepted", "closed", "reopened"):
        where = (office.db, CODE, urged, state)
        move_request(*where, at=NOW, who="王", words="督办")
    office.plan(publish=True)
    with office.db.write() as session:
        from dispatch.store.tables import Request

        session.get(Request, urged).is_supervised = True
        session.get(Request, urged).due = DATE + dt.timedelta(days=3)
    app = office.page()
    lines = [item.value for item in app.markdown if item.value[:1] in "🔴🔔💧⏳🚚📞"]
    assert [line[0] for line in lines] == ["🔴", "🔴", "📞", "💧", "⏳"]
    assert "超期：\\#1 上村" in lines[0]
    assert "督办：\\#2 下村" in lines[1]


def test_alarms_and_trucks_out_are_told(office):
    office.plan(publish=True)
    office.report(kind="filled", truck="T1", place="S1", litres=1000, at="07:20")
    office.report(kind="delivered", truck="T1", place="V1", litres=2000)
    text = texts(office.page())
    assert "条上报对不上" in text
    assert "在外车辆：A · 湘A00001 08\\:05 上村" in text
    assert "已送达 2,000 升" in text


def test_old_published_plan_is_told(office):
    office.plan(publish=True)
    office.edit_village("V2", population=60)
    assert "第 1 版编制后数据又改过" in texts(office.page())


def test_closing_the_day_ends_all_buttons(office):
    office.plan(publish=True)
    assert "close_day" not in keys(office.page())
    office.report(kind="delivered", truck="T1", place="V1", litres=3500)
    app = office.page()
    assert "还有 0 次送水没有上报" in texts(app)
    app.button(key="close_day").click()
    assert "已关账" in shown(app)
    assert office.desk().state == "closed"
    assert keys(app) == {"sign_out"}
    assert not [p for p in app.get("button_group") if p.key == "happened"]


def test_a_broken_truck_is_planned_around_from_now(office):
    """The rest of the day is asked for with what has happened."""
    office.plan(publish=True)
    office.now = NOW.replace(hour=9)
    app = office.page()
    app.pills(key="happened").set_value("broken")
    shown(app)
    app.selectbox(key="happened_truck").set_value("T2")
    app.button(key="happened_go").click()
    assert "正在准备" in shown(app)
    ask = office.job().ask
    assert ask["broken_trucks"] == ["T2"]
    assert ask["now_s"] == 9 * 3600
    assert app.button(key="happened_go").disabled


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("late", {"happened_min": 45}, {"delays_s": {"T1": 2700}}),
        ("longer", {"happened_min": 45}, {"delays_s": {"T1": 2700}}),
        ("ill", {}, {"broken_trucks": ["T1"]}),
        ("source", {"happened_litres": 500}, {}),
        ("refused", {}, {}),
    ],
)
def test_what_happened_becomes_a_replan(office, kind, fields, expected):
    office.plan(publish=True)
    office.now = NOW.replace(hour=9)
    app = office.page()
    app.pills(key="happened").set_value(kind)
    shown(app)
    for key, value in fields.items():
        app.number_input(key=key).set_value(value)
    app.button(key="happened_go").click()
    shown(app)
    ask = office.job().ask
    assert ask["now_s"] == 9 * 3600
    assert ask["change_price_l"] == 200
    assert expected.items() <= ask.items()
    if kind == "source":
        (reading,) = office.reports()
        assert (reading.kind, reading.place, reading.litres) == ("reading", "S1", 500)
    if kind == "refused":
        # The truck has been there by nine: no second visit.
        assert office.village("V1").max_visits == 1


@pytest.mark.parametrize("kind", ["road", "request"])
def test_what_has_a_form_elsewhere_is_sent_there(office, kind):
    app = office.page()
    app.pills(key="happened").set_value(kind)
    assert "页" in shown(app)
    assert "happened_go" not in keys(app)


def test_no_replan_without_a_published_plan(office):
    office.plan()
    app = office.page()
    app.pills(key="happened").set_value("broken")
    assert "要先有已发布的方案" in shown(app)
    assert app.button(key="happened_go").disabled


# --- the plan -------------------------------------------------------------------


def test_plan_button_starts_a_run_and_shows_its_plan(office):
    """The worker is played by this process; the page then shows the figures."""
    app = office.page("plan")
    assert "2022-09-06 还没有方案" in texts(app)
    assert "2 个送水点，150 人" in texts(app)
    app.button(key="plan").click()
    shown(app)
    office.work()
    text = shown(app)
    # 3500 of 5250 l: the second village gets nothing.
    assert "供水保障率66.6%" in text
    assert "还缺 1,750 升；1 个送水点最低生活用水不足" in text
    assert "方案可以执行：14 条规则全部通过" in text
    assert "最多还能多送 50.0%" in text
    assert "计算：方案已不再改进" in text


@pytest.mark.parametrize("view", ["timetable", "coverage", "shortage", "download"])
def test_views_of_a_plan(office, view):
    office.plan()
    text = texts(office.page("plan", view=view))
    assert "方案可以执行" in text
    expected = {
        "coverage": "66.6% 的人达到基本用水",
        "shortage": "共缺 1,750 升，1 个送水点",
        "timetable": "每行一辆车",
        "download": "文件来自",
    }[view]
    assert expected in text


def test_every_paper_has_a_button_and_the_version_is_named(office):
    """Calls come with the second version: then people know another one."""
    office.plan(publish=True)
    app = office.page("plan", view="download")
    labels = [button.proto.label for button in app.get("download_button")]
    for part in ("A4", "A3", "司机送水单", "一村一页", "裁开", "到户送水清单"):
        assert any(part in label for label in labels)
    assert not any("电话单" in label for label in labels)
    assert "第 1 版 · 已发布 · 发布时间 2022-09-06" in texts(app)
    office.plan()
    app = office.page("plan", view="download")
    assert any("电话单" in b.proto.label for b in app.get("download_button"))
    assert "第 2 版 · 草稿，未发布" in texts(app)


@pytest.mark.parametrize("name", ["today", "plan", "needs", "requests", "deliveries"])
def test_english_by_one_switch(office, name):
    office.plan(publish=True)
    app = office.page(name, lang="en")
    text = texts(app)
    assert not [word for word in ("方案", "送达", "工单", "需求") if word in text]
    if name == "plan":
        assert "Valid plan" in text


def test_edited_data_make_the_plan_old(office):
    """An old plan is never shown as new."""
    office.plan()
    office.edit_village("V1", population=120)
    text = texts(office.page("plan"))
    assert "旧方案" in text
    assert "方案可以执行" not in text


def test_other_settings_make_the_plan_old(office):
    office.plan()
    app = office.page("plan")
    app.number_input(key=f"equity {CODE} {DATE}").set_value(4)
    assert "旧方案" in shown(app)
    assert office.scenario().equity_steps == 4


def test_plan_that_breaks_rules_is_shown_as_broken(office, solve):
    number = office.plan(solve=broken(solve))
    app = office.page("plan")
    text = texts(app)
    assert "方案不能执行：有 1 处不合规则" in text
    assert "方案可以执行" not in text
    assert "供水保障率" not in text
    assert "行车时间不够" in app.dataframe[0].value.to_string()
    assert "publish" not in keys(app)
    with pytest.raises(DispatchError):
        publish_version(office.db, CODE, DATE, number, who="x", at=NOW)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"status": "cancelled"}, "上次编制已取消"),
        ({"status": "failed", "message": "crashed"}, "计算程序意外停止，请再试一次"),
        ({"status": "failed", "message": "no road to any"}, "no road to any"),
        # Silent for two minutes: the process is gone.
        (
            {"status": "running", "heartbeat": NOW - dt.timedelta(minutes=2)},
            "计算程序意外停止",
        ),
    ],
)
def test_run_without_plan_is_told_and_the_old_plan_stays(office, state, expected):
    office.plan()
    office.ask()
    office.set_job(**state)
    app = office.page("plan")
    assert expected in texts(app)
    assert "供水保障率" in texts(app)
    assert not app.button(key="plan").disabled


def under_way(office, **values):
    """Leave a run as another machine's worker has it in the middle of its search."""
    progress = {"phase": "search", "fraction": 0.3, "served_l": 3000}
    office.ask()
    office.set_job(
        **{
            "status": "running",
            "worker": "elsewhere:1",
            "heartbeat": office.now,
            "progress": progress,
            **values,
        }
    )


def test_run_under_way_shows_progress_and_can_be_cancelled(office):
    office.plan()
    under_way(office)
    app = office.page("plan")
    text = texts(app)
    assert "正在编制新方案，下面仍是" in text
    assert "方案可以执行" not in text
    assert "调度 于 09-06 07:00 提出" in text
    assert app.button(key="plan").disabled
    app.button(key="cancel").click()
    assert "正在停止" in shown(app)
    assert office.job().wish == "cancel"


def test_a_search_can_be_ended_with_what_it_has(office):
    under_way(office)
    app = office.page()
    app.button(key="finish").click()
    shown(app)
    assert office.job().wish == "finish"


def test_silent_worker_is_told(office):
    under_way(office, heartbeat=NOW - dt.timedelta(seconds=30))
    assert "计算程序已 30 秒没有回应" in texts(office.page("plan"))


def test_a_run_that_nobody_takes_gets_a_worker(office):
    """Whoever was to take it may be gone with its computer."""
    office.ask()
    office.spawned = 0
    office.now = NOW + dt.timedelta(seconds=20)
    office.page()
    assert office.spawned == 1


def test_who_asks_while_somebody_else_has_asked_sees_that_run(office):
    app = office.page("plan")
    asked = office.ask()
    app.button(key="plan").click()
    assert "正在准备" in shown(app)
    assert office.job().id == asked.number


def test_versions_stand_side_by_side_and_one_is_published(office):
    office.plan(publish=True)
    office.edit_village("V1", population=110)
    office.plan()
    app = office.page("plan")
    assert app.selectbox(key="version").value == 2
    assert "司机现在看到的是第 1 版，不是这一版" in texts(app)
    app.selectbox(key="version").set_value(1)
    text = shown(app)
    assert "司机看到的就是第 1 版" in text
    assert "旧方案" in text
    assert app.query_params["version"] == "1"
    app.selectbox(key="version").set_value(2)
    shown(app)
    app.button(key="publish").click()
    assert "司机看到的就是第 2 版" in shown(app)
    assert [head.status for head in office.desk().versions] == [
        "superseded",
        "published",
    ]
    app.button(key="withdraw").click()
    assert "还没有发布，司机看不到方案" in shown(app)
    assert office.desk().published is None


def test_what_a_replan_changes_is_told(office):
    office.plan(publish=True)

    def later(*args, **kwargs):
        """The only visit comes an hour later."""
        result = office.solve(*args, **kwargs)
        first, *rest = result.plan.routes[0].stops
        hour = {"arrive_s": 3600, "start_s": 3600, "end_s": 3600}
        stops = [
            replace(s, **{name: getattr(s, name) + x for name, x in hour.items()})
            for s in rest
        ]
        route = replace(result.plan.routes[0], stops=(first, *stops))
        return replace(result, plan=replace(result.plan, routes=(route,)))

    replan_version(office.db, CODE, DATE, now_s=25200, at=NOW, solve=later)
    app = office.page("plan")
    (told,) = [item for item in app.expander if "这次重新安排改了" in item.label]
    assert not told.proto.expanded
    calls = table_of(app, "打给")
    assert calls["打给"].iloc[0] == "上村"
    assert "000-1" in calls["电话"].iloc[0]
    assert "改时间" in calls["变动"].iloc[0]
    assert set(table_of(app, "原因")["村"]) == {"上村"}


def test_small_changes_are_folded_and_call_for_nobody(office):
    """Litres 4,000 -> 3,999 and two minutes were called changes; nobody calls so."""
    office.plan(publish=True)

    def a_little_later(*args, **kwargs):
        result = office.solve(*args, **kwargs)
        first, *rest = result.plan.routes[0].stops
        stops = [
            replace(
                s,
                arrive_s=s.arrive_s + 120,
                start_s=s.start_s + 120,
                end_s=s.end_s + 120,
            )
            for s in rest
        ]
        route = replace(result.plan.routes[0], stops=(first, *stops))
        return replace(result, plan=replace(result.plan, routes=(route,)))

    replan_version(office.db, CODE, DATE, now_s=25200, at=NOW, solve=a_little_later)
    assert "没有需要打电话的变动" in shown(office.page("plan"))


def test_the_rest_of_a_published_day_is_planned_anew(office):
    office.plan()
    assert "replan" not in keys(office.page("plan"))
    publish_version(office.db, CODE, DATE, 1, who="x", at=NOW)
    app = office.page("plan")
    app.time_input(key="rest_from").set_value(dt.time(10, 30))
    app.button(key="replan").click()
    shown(app)
    assert office.job().ask["now_s"] == 10 * 3600 + 1800


def test_seconds_and_seed_of_the_page_go_into_the_run(office):
    app = office.page("plan")
    app.number_input(key="seconds").set_value(60)
    app.number_input(key="seed").set_value(7)
    app.button(key="plan").click()
    shown(app)
    assert (office.job().ask["seconds"], office.job().ask["seed"]) == (60, 7)


def test_a_closed_day_can_be_looked_at_only(office):
    office.plan(publish=True)
    close_day(office.db, CODE, DATE, who="x", at=NOW)
    app = office.page("plan")
    assert "2022-09-06 已关账" in texts(app)
    assert keys(app) <= {"sign_out"}
    assert "供水保障率" in texts(app)


# --- coverage -------------------------------------------------------------------


@pytest.mark.parametrize("who", ["领导", "调度"])
def test_coverage_before_a_plan(office, who):
    office.who = who
    assert "这一天没有发布的方案" in texts(office.page("coverage"))
    office.plan()
    # Officials see what is published, no draft.
    assert "这一天没有发布的方案" in texts(office.page("coverage"))


def test_officials_see_people_before_litres(office):
    """Nothing has come yet; by the plan 100 of 150 people have all."""
    office.plan(publish=True)
    office.who = "领导"
    app = office.page()
    text = texts(app)
    assert "150 人还达不到基本用水（100%）；按方案送完后 50 人" in text
    assert "150 人中 0 人有 20 升以上可用" in text
    assert "已送达 0 升，计划 3,500 升（0%）；完成 0 / 1 次" in text
    assert app.get("download_button")
    assert keys(app) == {"sign_out"}
    office.edit_village("V1", population=300)
    assert "版方案编制后数据改过" in shown(app)


def test_a_county_sees_its_townships_side_by_side(office, scenario):
    office.take_in(replace(scenario, name="别乡"), "430423113")
    office.take_in(replace(scenario, name="外县"), "430424100")
    office.plan(publish=True)
    office.call("V1", now=NOW - dt.timedelta(days=9))
    office.add("县里", "official", county="430423")
    office.who = "县里"
    app = office.page()
    assert "2022-09-06：2 个乡镇，已送达 0 升，计划 3,500 升" in texts(app)
    table = table_of(app, "乡镇").set_index("乡镇")
    assert set(table.index) == {"小镇", "别乡"}
    assert list(table["当天"]) == ["进行中", "进行中"]
    assert table.loc["小镇", "方案版本"] == 1
    assert table.loc["小镇", "超期"] == 1
    assert pd.isna(table.loc["别乡", "方案版本"])


# --- files and figures ----------------------------------------------------------


@pytest.fixture
def run_of(scenario, travel, plan):
    return Finished(
        township=CODE,
        number=1,
        created_at=NOW,
        now_s=None,
        previous=None,
        result=Result(
            scenario=scenario,
            travel=travel,
            plan=plan,
            violations=tuple(check_plan(scenario, travel, plan)),
        ),
        figures=compute_coverage(scenario, plan, travel),
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_has_one_sheet_per_question(run_of, lang):
    book = load_workbook(io.BytesIO(report_xlsx(run_of, Words(lang))))
    assert len(book.sheetnames) == 7
    summary = {row[0].value: row[1].value for row in book.worksheets[0]}
    label = {"zh": "供水保障率", "en": "Need met"}[lang]
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
    """Files are in Chinese, for the drivers; who reads English finds theirs beside."""
    printed = Printed(OnPaper(run_of.result.plan, run_of.result.scenario), None)
    zh, en = Words("zh"), Words("en")
    everything = everything_zip(run_of, zh, printed)
    names = zipfile.ZipFile(io.BytesIO(everything)).namelist()
    papers = {"wall.pdf", "sheets.pdf", "notices.pdf", "notices-4.pdf", "doors.pdf"}
    assert papers | {"plan.json", "plan.xlsx", "map.html", "report.xlsx"} <= {*names}
    assert len(set(names)) == len(names)
    archive = zipfile.ZipFile(io.BytesIO(everything_zip(run_of, en, printed)))
    more = archive.namelist()[len(names) :]
    assert {"plan.en.xlsx", "sheets.en.pdf", "map.en.html", "wall.en.pdf"} <= {*more}
    assert archive.read("sheets.en.pdf") == paper_file(
        run_of, "sheets.pdf", en, printed
    )
    book = load_workbook(io.BytesIO(paper_file(run_of, "plan.xlsx", en, printed)))
    assert book.sheetnames == ["Truck trips", "Village coverage", "Source use"]


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
    assert list(places["情况"]) == ["✅ 需水全部满足", "❌ 最低生活用水不足"]
    assert list(places["首次到水"]) == ["08:00", ""]
    trucks = tables.trucks_table(run_of.figures, scenario, t)
    assert list(trucks["车"]) == ["A · T1", "B · T2"]
    assert not any(pd.isna(name) for name in places.columns)


def test_finished_is_none_without_a_version(office):
    assert finished(office.db, office.desk(), None) is None


def test_a_version_is_read_once_though_its_status_moves_on(office):
    office.plan()
    first = finished(office.db, office.desk(), office.desk().latest)
    publish_version(office.db, CODE, DATE, 1, who="x", at=NOW)
    assert finished(office.db, office.desk(), office.desk().latest) is first
