"""The first steps in an empty store: the demo, an upload, edits of before."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.runs.drafts import Drafts
from dispatch.web.views.first_run import code_of
from tests.web.office import CODE, DATE, keys, pages, shown, texts

DEMO = Path(__file__).parents[2] / "data" / "yonghe"


@pytest.fixture
def data(tmp_path, scenario):
    """Return the data folder, with one scenario of some day in the past."""
    old = replace(scenario, date=DATE.replace(year=2019))
    write_scenario(old, tmp_path / "data" / "town")
    return tmp_path / "data"


def workbook(scenario, folder):
    return write_scenario_xlsx(scenario, folder / "town.xlsx").read_bytes()


def test_the_demo_is_taken_in_and_dated_today(empty_office):
    """A name is enough: the code comes from the villages' own codes."""
    folder = Path(empty_office.db.path).parent
    shutil.copytree(DEMO, folder / "yonghe")
    empty_office.who = "admin"
    app = empty_office.page()
    assert app.title[0].value == "建立乡镇"
    assert set(pages(app)) == {"", "people"}
    app.button(key="take yonghe").click()
    text = shown(app)
    assert "2022-09-06：还没有方案" in text
    assert empty_office.desk("430423201").state == "open"
    assert empty_office.scenario("430423201").date == DATE


def test_a_scenario_gets_the_name_and_code_that_were_typed(empty_office, data):
    empty_office.who = "admin"
    app = empty_office.page()
    app.text_input(key="first_name").set_value(" 新乡 ")
    app.text_input(key="first_code").set_value(CODE)
    app.button(key="take town").click()
    shown(app)
    assert empty_office.desk().name == "新乡"
    assert empty_office.scenario().date == DATE


@pytest.mark.parametrize("code", ["", "../x", "永和", "1 2"])
def test_a_code_that_is_none_is_refused(empty_office, data, code):
    empty_office.who = "admin"
    app = empty_office.page()
    app.text_input(key="first_code").set_value(code)
    app.button(key="take town").click()
    shown(app)
    assert "代码由 1 至 40 个字母和数字组成" in app.error[0].value


def test_a_known_code_overwrites_nothing(office, data):
    """Two townships under one code would be one."""
    office.edit_village("V1", population=70)
    office.who = "admin"
    app = office.page("first")
    app.text_input(key="first_code").set_value(CODE)
    app.button(key="take town").click()
    shown(app)
    assert f"已有代码为 {CODE} 的乡镇" in app.error[0].value
    assert office.village("V1").population == 70


def test_an_account_of_one_township_takes_in_that_one(empty_office, data):
    app = empty_office.page()
    box = app.text_input(key="first_code")
    assert (box.value, box.disabled) == (CODE, True)
    app.button(key="take town").click()
    assert "还没有方案" in shown(app)
    assert empty_office.desk().state == "open"


def test_a_county_takes_in_no_township_of_another(empty_office, data):
    empty_office.add("县里", "coordinator", county="430424")
    empty_office.who = "县里"
    app = empty_office.page()
    app.text_input(key="first_code").set_value(CODE)
    app.button(key="take town").click()
    shown(app)
    assert "无权" in app.error[0].value


def test_officials_are_told_to_wait(empty_office, data):
    empty_office.who = "领导"
    app = empty_office.page()
    assert "还没有此账号可以查看的乡镇" in texts(app)
    assert keys(app) == {"sign_out"}
    assert not app.get("file_uploader")


def test_an_upload_becomes_the_day(empty_office, scenario, tmp_path):
    empty_office.who = "admin"
    app = empty_office.page()
    app.text_input(key="first_code").set_value(CODE)
    file = ("town.xlsx", workbook(scenario, tmp_path), "application/xlsx")
    app.file_uploader(key="first_files").set_value([file])
    shown(app)
    app.button(key="first_upload").click()
    assert "还没有方案" in shown(app)
    assert len(empty_office.scenario().villages) == 2


def test_an_upload_with_errors_lists_what_to_mend(empty_office):
    empty_office.who = "admin"
    app = empty_office.page()
    table = "village_id,name,lat,lon,population\nV1,上村,28,115,-5\nV1,下村,x,115,5\n"
    file = ("villages.csv", table.encode(), "text/csv")
    app.file_uploader(key="first_files").set_value([file])
    shown(app)
    app.button(key="first_upload").click()
    assert "文件读不进去" in shown(app)
    found = app.dataframe[0].value
    assert len(found) >= 3
    assert list(found.columns) == ["程度", "文件或表", "行", "列", "内容", "问题与改法"]
    assert "-5" in found["内容"].tolist()
    assert app.get("download_button")


def test_a_folder_with_errors_lists_what_to_mend(empty_office, data):
    (data / "town" / "villages.csv").write_text(
        "village_id,name,lat,lon,population\nV1,上村,28,115,-5\nV1,下村,x,115,5\n",
        encoding="utf-8",
    )
    empty_office.who = "admin"
    app = empty_office.page()
    app.button(key="take town").click()
    assert "这份数据有错" in shown(app)
    assert "-5" in app.dataframe[0].value["内容"].tolist()


def test_edits_and_uploads_of_before_can_be_taken_in(empty_office, data, scenario):
    """What a version without a store kept in ``.jobs`` is not lost."""
    drafts = Drafts(data / ".jobs" / "drafts")
    first, second = scenario.villages
    drafts.save("town", replace(scenario, villages=(replace(first, population=70),)))
    drafts.save("upload:新的", replace(scenario, villages=(second,)))
    (data / ".jobs" / "runs" / "one").mkdir(parents=True)
    empty_office.who = "admin"
    app = empty_office.page()
    assert "旧版本在 .jobs 里留下 1 份方案" in texts(app)
    assert {"take town", "take upload:新的"} <= keys(app)
    app.text_input(key="first_code").set_value(CODE)
    app.button(key="take town").click()
    shown(app)
    assert [v.population for v in empty_office.scenario().villages] == [70]
    app = empty_office.page("first")
    app.text_input(key="first_code").set_value("430423113")
    app.button(key="take upload:新的").click()
    shown(app)
    assert empty_office.desk("430423113").scenario.villages[0].name == "下村"


def test_the_code_is_that_of_most_villages(scenario):
    one, other = scenario.villages
    codes = replace(one, code="430423112001"), replace(other, code="430423112002")
    assert code_of(replace(scenario, villages=codes)) == "430423112"
    assert code_of(scenario) == ""
