"""Households at the door, for who may see them: the office, a team, the paper."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import urlencode

import openpyxl
import pypdf
import pytest

from dispatch.day.doors import door_list, save_households
from dispatch.day.links import all_links
from dispatch.day.official import official_day
from dispatch.day.official_forms import official_xlsx
from dispatch.day.official_paper import official_pdf
from dispatch.files.plan.doors import doors_pdf
from dispatch.model.households import Household
from dispatch.web.finished import finished
from dispatch.web.printed import printed_version
from dispatch.web.report import everything_zip
from dispatch.words.words import Words
from tests.web.office import CODE, DATE, NOW, keys, pages, shown, texts

ZH = Words("zh")
NAME, ADDRESS = "张**三**丰", "二组<b>3</b>号"


def add(db, town=CODE, **fields):
    values = {"village": "V1", "name": NAME, "address": ADDRESS, "people": 3}
    row = Household(note="聋", **(values | fields))
    save_households(
        db,
        town,
        base=[],
        ours=[row],
        villages=["V1", "V2"],
        who="test",
        at=NOW,
    )


def rows(office):
    return door_list(office.db, CODE, DATE).households


def type_rows(app, **cells):
    """Type into the editor of the page, and press its button."""
    key = next(
        k for k in app.session_state._state.filtered_state if "doors-editor" in k
    )
    state = {"edited_rows": {}, "added_rows": [], "deleted_rows": []} | cells
    app.session_state[key] = state
    return next(b for b in app.button if b.label == "保存名单")


def test_the_office_keeps_the_list(office):
    add(office.db)
    app = office.page("doors")
    assert "到户名单：1 户 3 人，这一天已送到 0 户" in texts(app)
    new = {"place": "下村", "name": "李四", "people": 2, "carries": False}
    type_rows(app, added_rows=[new], edited_rows={0: {"people": 4}}).click()
    assert "已保存，改动 2 户" in shown(app)
    assert [(r.village, r.name, r.people, r.carries) for r in rows(office)] == [
        ("V1", NAME, 4, True),
        ("V2", "李四", 2, False),
    ]
    type_rows(app, added_rows=[{"place": "下村"}]).click()
    assert "没有户名" in shown(app)
    assert len(rows(office)) == 2


def test_officials_have_no_such_page(office):
    add(office.db)
    office.plan(publish=True)
    office.who = "领导"
    app = office.page()
    assert "doors" not in pages(app)
    for name in ("", "deliveries", "requests"):
        text = texts(office.page(name))
        assert "二组" not in text


def test_the_coordinator_says_which_team_sees_it(office):
    app = office.page("links")
    assert not any(box.key == "link_doors" for box in app.checkbox)
    app.segmented_control(key="link_kind").set_value("team")
    shown(app)
    app.text_input(key="link_team").set_value("志愿者")
    app.multiselect(key="link_trucks_team").set_value(["T1"])
    app.checkbox(key="link_doors").check()
    app.button(key="link_make").click()
    shown(app)
    (made,) = all_links(office.db, CODE)
    assert made.sees_doors
    assert "link_make" in keys(app)


def test_the_paper_with_names_is_a_paper_of_its_own(office):
    add(office.db)
    office.plan(publish=True)
    desk = office.desk()
    run = finished(office.db, desk, desk.published)
    printed = printed_version(office.db, desk, run)
    named = {"V1": rows(office)}
    text = pdf_text(doors_pdf(printed.day, "zh", named))
    for part in (NAME, ADDRESS, "3 人", "聋", "要提到家"):
        assert part.replace(" ", "") in text
    assert NAME not in pdf_text(doors_pdf(printed.day, "zh"))
    with zipfile.ZipFile(io.BytesIO(everything_zip(run, ZH, printed))) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".pdf"):
                assert NAME not in pdf_text(content)
            assert NAME.encode() not in content
    app = office.page("plan", view="download")
    labels = [each.proto.label for each in app.get("download_button")]
    assert any("带户名住址" in label for label in labels)


def test_no_report_of_officials_has_a_name(office):
    add(office.db)
    office.plan(publish=True)
    day = official_day(office.db, CODE, DATE, today=DATE)
    book = openpyxl.load_workbook(io.BytesIO(official_xlsx(day, ZH, now=office.now)))
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
    assert not any("二组" in cell or "张" in cell for cell in cells)
    assert "二组" not in pdf_text(official_pdf(day, ZH, now=office.now))


def pdf_text(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages)
    return text.replace("\0", "").replace(" ", "")


# --- the phone of a team ---


@pytest.fixture
def listed(town):
    add(town.db, "1")
    add(town.db, "1", village="V2", name="别处")
    add(town.db, "2", name="外乡人")
    return town


def team(town, **more):
    return town.link(team="志愿者", trucks=["T1"], **more)


def post(town, word, **fields):
    return town.call(
        "POST",
        f"/d/{word}/doors?lang=zh",
        urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


def test_a_team_sees_households_where_its_trucks_go(listed):
    page = listed.get(f"/d/{team(listed, sees_doors=True)}/doors?lang=zh")
    assert page.headers["cache-control"] == "no-store"
    assert NAME in page.text
    assert "二组&lt;b&gt;3&lt;/b&gt;号" in page.text
    assert "3 人 · 要提到家" in page.text
    assert "请勿外传" in page.text
    for name in ("别处", "外乡人"):
        assert name not in page.text


@pytest.mark.parametrize("kind", ["truck", "team", "village"])
def test_other_links_see_none(listed, kind):
    word = {
        "truck": lambda: listed.link(truck="T1"),
        "team": lambda: team(listed),
        "village": lambda: listed.link(village="V1"),
    }[kind]()
    for path in ("", "/doors", "/day", "/today"):
        assert "二组" not in listed.get(f"/d/{word}{path}").text
    assert "二组" not in listed.get(f"/v/{word}").text
    assert post(listed, word, household=1, done=1).status == 404
    assert door_list(listed.db, "1", DATE).ticks == {}


def test_a_tick_is_kept_and_taken_back(listed):
    word = team(listed, sees_doors=True)
    answer = post(listed, word, household=1, done=1)
    assert answer.status == 303
    assert answer.headers["location"] == f"/d/{word}/doors?lang=zh#h1"
    page = listed.get(f"/d/{word}/doors?lang=zh").text
    assert "☑" in page
    assert "✓ 08:00 已送到 · 撤销" in page
    assert door_list(listed.db, "1", DATE).ticks == {1: listed.now}
    post(listed, word, household=1, done=0)
    assert "☑" not in listed.get(f"/d/{word}/doors?lang=zh").text
    assert door_list(listed.db, "1", DATE).ticks == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"household": 2, "done": 1},  # where its trucks do not go
        {"household": 3, "done": 1},  # of another township
        {"household": "1 or 1", "done": 1},
        {"household": "9" * 30, "done": 1},
        {"done": 1},
        {},
    ],
)
def test_what_the_list_does_not_show_is_not_ticked(listed, fields):
    word = team(listed, sees_doors=True)
    assert post(listed, word, **fields).status == 404
    assert post(listed, "unknown", **fields).status == 404
    for town in ("1", "2"):
        assert door_list(listed.db, town, DATE).ticks == {}
