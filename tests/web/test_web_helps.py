"""What would help, on pages: started by who plans, read by all, in the same words."""

from __future__ import annotations

import io

import openpyxl
import pypdf
import pytest

from dispatch.day.helping import keep_helps, work_out_helps
from dispatch.day.official import official_day
from dispatch.day.official_forms import official_xlsx
from dispatch.day.official_paper import official_pdf
from dispatch.errors import DispatchError
from dispatch.runs.queue import latest_run
from dispatch.runs.worker import work as work_off
from dispatch.web.context import Context
from dispatch.web.views import helping
from dispatch.words.words import Words
from tests.runs.test_helps import answer
from tests.web.office import CODE, DATE, keys, shown, table_of, texts
from tests.web.test_web_pages import broken

ZH = Words("zh")


def whatif(office):
    return latest_run(office.db, CODE, DATE, now=office.now, kind="whatif")


def work(office):
    return work_off(office.db, help_with=answer(), clock=office.clock)


def plan_page(office):
    app = office.page("plan", view="helping")
    return app, texts(app)


def test_the_coordinator_starts_it_and_reads_litres_and_people(office):
    office.plan(publish=True)
    app, text = plan_page(office)
    assert "还没有测算" in text
    app.button(key="help_start").click()
    assert "排队" in shown(app)
    assert (whatif(office).version, office.spawned) == (1, 1)
    # Nobody can start it twice, and planning is as free as before.
    assert "help_start" not in keys(app)
    assert not app.button(key="plan").disabled
    work(office)
    _, text = plan_page(office)
    assert "**多一辆 5,000 升的车（同 A 湘A00001）**：多送 12,300 升" in text
    assert "再有 340 人达到基本用水" in text
    assert "没有增加：每辆车多出勤一小时" in text
    app, _ = plan_page(office)
    assert list(table_of(app, "多送水（升）")["多达到基本用水（人）"]) == [340, 0]


def test_it_is_cancelled_by_who_may_plan(office):
    office.plan()
    app, _ = plan_page(office)
    app.button(key="help_start").click()
    shown(app)
    office.set_job(
        status="running",
        worker="host:1",
        heartbeat=office.now,
        progress={"phase": "variants", "fraction": 0.25, "count": 2, "total": 8},
    )
    assert "已测算 2 / 8 项" in shown(app)
    assert {"help_cancel", "help_finish"} <= keys(app)
    app.button(key="help_cancel").click()
    assert "plan.stopping" not in shown(app)
    assert whatif(office).wish == "cancel"


def test_officials_read_it_and_start_nothing(office):
    office.plan(publish=True)
    office.who = "领导"
    app = office.page("coverage")
    assert "还没有测算" in texts(app)
    context = Context(office.frame(), office.desk(), office.scenario())
    with pytest.raises(DispatchError):
        context.frame.require("plan")
    assert not helping._ask(context, 1, 30.0)
    assert whatif(office) is None
    office.who = "调度"
    app, _ = plan_page(office)
    app.button(key="help_start").click()
    shown(app)
    office.who = "领导"
    app = office.page("coverage")
    assert "排队" in texts(app)
    assert not {key for key in keys(app) if key and key.startswith("help_")}
    work(office)
    text = shown(office.page("coverage"))
    assert "增援测算（第 1 版方案）：多一辆 5,000 升的车（同 A 湘A00001）" in text
    assert "多送 12,300 升，再有 340 人达到基本用水" in text


def test_excel_and_pdf_have_the_same_figures(office):
    office.plan(publish=True)
    day = official_day(office.db, CODE, DATE, today=DATE)
    assert "增援测算" not in sheets(day, office)
    keep(office)
    day = official_day(office.db, CODE, DATE, today=DATE)
    rows = sheets(day, office)["增援测算"]
    row = next(row for row in rows if str(row[0]).startswith("多一辆"))
    assert row[1:] == (12_300, 340, "较有把握")
    made = official_pdf(day, ZH, now=office.now)
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    assert len(pages) == 1
    text = pages[0].extract_text().replace("\0", "")
    assert "增援测算" in text
    assert "12,300" in text
    assert "340" in text


def test_a_version_that_breaks_rules_is_compared_with_nothing(office, solve):
    office.plan(solve=broken(solve))
    app, text = plan_page(office)
    assert "不能用来测算" in text
    assert "help_start" not in keys(app)


def keep(office):
    """Keep an answer as a run does."""
    found = work_out_helps(
        office.db, CODE, DATE, 1, solve=answer(), progress=lambda count, total: None
    )
    keep_helps(office.db, CODE, DATE, 1, found, who="调度", at=office.now)


def sheets(day, office):
    book = openpyxl.load_workbook(io.BytesIO(official_xlsx(day, ZH, now=office.now)))
    return {
        sheet.title: [tuple(row)[:4] for row in sheet.iter_rows(values_only=True)]
        for sheet in book
    }
