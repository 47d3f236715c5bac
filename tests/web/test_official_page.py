"""The page of officials without a browser: what it says in every state."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dispatch.day.official import official_day
from dispatch.day.opening import import_scenario
from dispatch.store.db import Database, sqlite_url
from dispatch.web.official_charts import litres_chart, short_chart, trend_chart
from dispatch.words.words import Words
from tests.day.test_official import publish, row, send
from tests.operations.test_delivered import DATE, TOWN

NOW = dt.datetime.combine(DATE, dt.time(9))


@pytest.fixture
def store(tmp_path):
    db = Database(sqlite_url(tmp_path / "dispatch.db"))
    db.upgrade()
    yield db
    db.close()


def filled(db, *codes, town=TOWN):
    for code in codes:
        import_scenario(db, code, town, who="t", at=NOW)
        publish(db, code, town)
        send(db, row("b", "delivered", "V1", 1_500, "08:10"), code=code)


def _page(folder, county, lang, days):
    import datetime as dt
    from pathlib import Path

    import streamlit as st

    from dispatch.day.desk import desk_of, townships_of
    from dispatch.day.people import Account
    from dispatch.store.db import Database, sqlite_url
    from dispatch.web.context import Frame, set_frame
    from dispatch.web.views import coverage
    from dispatch.words.words import Words

    db = Database(sqlite_url(Path(folder) / "dispatch.db"))
    who = Account(
        person_id=1,
        name="王",
        role="official",
        township="" if county else "430423100",
        county="430423" if county else "",
        is_blocked=False,
        has_password=True,
    )
    now = dt.datetime(2022, 9, 6, 9)
    seen = townships_of(db, who)
    date = now.date() + dt.timedelta(days=days)
    desk = desk_of(db, seen[0].code, date) if seen else None
    set_frame(Frame(db, who, seen, desk, Words(lang), now))
    st.session_state["lang"] = lang
    coverage.show()


def shown(folder, *, county=False, lang="zh", days=0):
    values = {"folder": str(folder), "county": county, "lang": lang, "days": days}
    app = AppTest.from_function(_page, kwargs=values, default_timeout=60)
    app.run()
    assert not app.exception, app.exception
    return app


def texts(app):
    kinds = (app.title, app.markdown, app.caption, app.metric, app.subheader)
    kinds += (app.warning, app.info, app.success)
    return "\n".join(
        f"{getattr(each, 'label', '')}{each.value}" for kind in kinds for each in kind
    )


def test_the_first_lines_say_who_is_short_and_why(store, tmp_path):
    filled(store, "430423100")
    app = shown(tmp_path)
    assert app.title[0].value == (
        "2022-09-06：90 人还达不到基本用水（60%）；按方案送完后 40 人"
    )
    said = texts(app)
    assert "已送达 1,500 升，计划 2,500 升（60%）" in said
    assert "饮水困难人口（人）90" in said
    # Indexes say nothing to an official; they are in the workbook.
    assert "基尼" not in said
    assert "Jain" not in said
    reasons = app.dataframe[0].value
    assert list(reasons["缺水（升）"]) == [1_880, 1_250, 1_000]
    places = app.dataframe[1].value
    assert list(places["送达（升）"]) == [0, 1_500]
    assert len(app.get("download_button")) == 2


def test_a_county_sees_people_short_by_township(store, tmp_path):
    filled(store, "430423100", "430423101")
    app = shown(tmp_path, county=True)
    table = app.dataframe[0].value
    assert list(table["缺水人数"]) == [90, 90]
    assert "2 个乡镇" in texts(app)


def test_a_day_that_is_not_open_is_said(store, tmp_path):
    filled(store, "430423100")
    app = shown(tmp_path, days=3)
    assert "2022-09-09 还没有开始" in app.title[0].value


def test_nobody_short_and_english(store, tmp_path):
    full = tuple(replace(v, stock_l=9_000) for v in TOWN.villages)
    town = replace(TOWN, villages=full)
    import_scenario(store, "430423100", town, who="t", at=NOW)
    said = texts(shown(tmp_path, lang="en"))
    assert "all 150 people have the basic 20 L" in said
    assert "No place is short of water." in said
    assert not any("\u4e00" <= char <= "\u9fff" for char in said.replace("上村", ""))


def test_names_are_no_markdown(store, tmp_path):
    odd = replace(TOWN.villages[1], name="**粗** :red[红] <b>x</b> $1$")
    filled(store, "430423100", town=replace(TOWN, villages=(TOWN.villages[0], odd)))
    said = texts(shown(tmp_path))
    assert r"\*\*粗\*\* \:red\[红\]" in said


def rows_of(chart, name):
    """The rows that a chart is sent, of the data that its drawing names."""
    assert f'"name": "{name}"' in chart.spec
    with pa.ipc.open_stream(chart.data[name]) as stream:
        return stream.read_all().to_pylist()


def test_charts_have_every_day_and_the_standards(store):
    filled(store, "430423100")
    day = official_day(store, "430423100", DATE, today=DATE)
    t = Words("zh")
    for make in (trend_chart, short_chart):
        rows = rows_of(make(day, t), "days")
        assert len(rows) == 14
        last = rows[-1]
        assert (last["planned"], last["delivered"], last["short"]) == (2.5, 1.5, 90)
    marks = rows_of(litres_chart(day, t), "standards")
    assert [mark["at"] for mark in marks] == [7.5, 20.0, 35.0]
    assert len(rows_of(litres_chart(day, t), "places")) == len(day.places)
