"""Deliveries on their page: typed in from paper, corrected, told what is wrong."""

from __future__ import annotations

import pytest

from dispatch.day.opening import close_day
from tests.web.office import CODE, DATE, NOW, keys, shown, table_of, texts, type_into


@pytest.fixture
def planned(office, typing):
    """Give an office with a published plan: fill 3500 l at 7:20, deliver at 8:00."""
    office.plan(publish=True)
    office.now = NOW.replace(hour=12)
    return office


def sheet(office, **session):
    app = office.page("deliveries", deliver_view="type", **session)
    assert app.selectbox(key="deliver_truck").value == "T1"
    return app


def save(app, cells):
    type_into(app, cells)
    (button,) = [b for b in app.button if b.label == "保存"]
    button.click()
    return shown(app)


FILL, DELIVER = 0, 1


def test_before_a_plan_the_page_says_so(office):
    for view in ("stops", "type", "other", "sheets"):
        app = office.page("deliveries", deliver_view=view)
        assert "这一天没有已发布的方案" in texts(app)


def test_planned_stops_stand_beside_what_was_reported(planned):
    planned.report(kind="filled", truck="T1", place="S1", litres=3500, at="07:22")
    app = planned.page("deliveries")
    assert "已送达 0 升，计划 3,500 升 · 完成 0 / 1 次" in texts(app)
    rows = table_of(app, "计划（升）").to_dict("records")
    assert [row["情况"][:1] for row in rows] == ["✅", "⬜"]
    assert [row["上报时间"] for row in rows] == ["07:22", ""]


def test_a_sheet_is_typed_in_with_one_button(planned):
    app = sheet(planned)
    text = save(
        app,
        {
            (FILL, "at"): "07:25",
            (DELIVER, "at"): "08:10",
            (DELIVER, "litres"): "3400",
            (DELIVER, "chlorine"): "0.4",
        },
    )
    assert "新存 2 条" in text
    fill, delivery = planned.reports()
    # What is not typed is as planned.
    assert (fill.kind, fill.litres, f"{fill.at:%H:%M}") == ("filled", 3500, "07:25")
    assert (delivery.kind, delivery.litres, delivery.place) == ("delivered", 3400, "V1")
    assert delivery.chlorine_mg_l == 0.4
    assert delivery.sender == "调度"
    assert "完成 1 / 1 次" in text


def test_a_second_save_corrects_and_nothing_changed_sends_nothing(planned):
    app = sheet(planned)
    save(app, {(DELIVER, "at"): "08:10", (DELIVER, "litres"): "3400"})
    save(app, {(DELIVER, "litres"): "3000"})
    assert "已送达 3,000 升" in texts(app)
    assert [report.litres for report in planned.reports()] == [3000]
    first = planned.reports()
    assert "新存" not in save(app, {})
    assert planned.reports() == first


def test_a_report_of_a_phone_is_shown_and_corrected(planned):
    planned.report(kind="delivered", truck="T1", place="V1", litres=3500)
    app = sheet(planned)
    save(app, {(DELIVER, "litres"): "2500"})
    (report,) = planned.reports()
    assert (report.litres, f"{report.at:%H:%M}") == (2500, "08:05")


def test_refused_water_is_kept_with_its_reason(planned):
    app = sheet(planned)
    save(app, {(DELIVER, "result"): "拒收", (DELIVER, "reason"): "池子满了"})
    (report,) = planned.reports()
    assert (report.kind, report.reason) == ("refused", "池子满了")
    assert (report.litres, f"{report.at:%H:%M}") == (None, "08:00")


@pytest.mark.parametrize(
    "cell",
    [
        {"litres": "三千"},
        {"litres": "-5"},
        {"litres": "1e9"},
        {"at": "25:99"},
        {"at": "下午"},
        {"chlorine": "多"},
    ],
)
def test_a_wrong_cell_is_told_by_its_place_and_is_not_kept(planned, cell):
    app = sheet(planned)
    save(app, {(DELIVER, name): value for name, value in cell.items()})
    assert [error.value[:2] for error in app.error] == ["上村"]
    assert planned.reports() == []


def test_chinese_colons_are_understood(planned):
    save(sheet(planned), {(DELIVER, "at"): "08：10"})
    assert f"{planned.reports()[0].at:%H:%M}" == "08:10"


def other(office):
    return office.page("deliveries", deliver_view="other")


def labelled(kind, label, idx=0):
    return [widget for widget in kind if widget.label == label][idx]


def press(app, idx):
    [b for b in app.button if b.label == "保存"][idx].click()
    return shown(app)


def test_one_report_that_no_sheet_has(planned):
    """The second truck helped out: what it brought counts, as unplanned."""
    app = other(planned)
    labelled(app.selectbox, "车辆").set_value("T2")
    labelled(app.selectbox, "地点").set_value("V2")
    labelled(app.number_input, "升数").set_value(1200)
    assert "新存 1 条" in press(app, 0)
    (report,) = planned.reports()
    assert (report.truck, report.place, report.litres) == ("T2", "V2", 1200)
    app = planned.page("deliveries")
    assert "已上报，但不在方案里" in texts(app)
    assert "B · 湘A00002" in table_of(app, "车辆")["车辆"].tolist()


def test_one_report_without_a_place_is_told(planned):
    app = other(planned)
    labelled(app.number_input, "升数").set_value(1200)
    press(app, 0)
    assert len(app.error) == 1
    assert planned.reports() == []


def test_a_reading_of_a_source(planned):
    app = other(planned)
    labelled(app.selectbox, "水源或送水点").set_value("S1")
    labelled(app.number_input, "现有升数").set_value(40_000)
    assert "新存 1 条" in press(app, 1)
    (report,) = planned.reports()
    assert (report.kind, report.place, report.litres) == ("reading", "S1", 40_000)


def read(app, name, text):
    app.file_uploader(key="tally_file").set_value((name, text.encode(), "text/csv"))
    shown(app)
    app.button(key="tally_read").click()
    return shown(app)


TALLY = """key,truck,kind,place,litres,at
a,T1,delivered,V1,3500,08:05
"""


def test_a_file_is_taken_in_once(planned):
    app = other(planned)
    assert "新存 1 条，0 条已有" in read(app, "tally.csv", TALLY)
    assert "新存 0 条，1 条已有" in read(app, "tally.csv", TALLY)
    assert len(planned.reports()) == 1


def test_a_wrong_row_of_a_file_stops_no_other(planned):
    app = other(planned)
    text = read(app, "tally.csv", TALLY + "b,T9,delivered,V1,1,09:00\n")
    assert "新存 1 条" in text
    assert "T9" in app.error[0].value
    assert len(planned.reports()) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.xlsx", "no workbook"), ("a.jsonl", "{"), ("a.csv", "\x00")],
)
def test_a_file_that_is_none_is_told(planned, name, text):
    app = other(planned)
    read(app, name, text)
    assert len(app.error) >= 1
    assert planned.reports() == []


def test_alarms_stand_above_every_view(planned):
    planned.report(kind="filled", truck="T1", place="S1", litres=1000, at="07:20")
    planned.report(kind="delivered", truck="T1", place="V1", litres=3500)
    app = planned.page("deliveries")
    assert any("条上报需要核对" in item.label for item in app.expander)
    assert any("湘A00001" in item.value for item in app.text)


def test_sheets_of_several_days(planned):
    planned.report(kind="delivered", truck="T1", place="V1", litres=3500)
    app = planned.page("deliveries", deliver_view="sheets")
    tables = [frame.value for frame in app.dataframe]
    assert len(tables) == 4
    assert tables[0].iloc[0, 0] == "A · 湘A00001"
    assert app.get("download_button")
    app.date_input(key="sheet_first").set_value(DATE.replace(day=7))
    shown(app)
    assert len(app.error) == 1


def test_a_closed_day_takes_late_reports(planned):
    """Paper comes in the evening; it is marked as late."""
    planned.report(kind="filled", truck="T1", place="S1", litres=3500, at="07:20")
    close_day(planned.db, CODE, DATE, who="x", at=NOW)
    app = sheet(planned)
    save(app, {(DELIVER, "at"): "08:10"})
    assert planned.desk().state == "closed"
    assert len(planned.reports()) == 2


def test_officials_read_only(planned):
    planned.who = "领导"
    app = planned.page("deliveries")
    (views,) = [v for v in app.segmented_control if v.key == "deliver_view"]
    assert [option.content for option in views.proto.options] == [
        "计划与上报",
        "汇总与结算",
    ]
    assert keys(app) == {"sign_out"}
    # Not by an address or a widget of before either.
    app = planned.page("deliveries", deliver_view="type")
    assert keys(app) == {"sign_out"}
