"""Tables of the day edited by several people: kept, told, never lost silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.day.opening import close_day
from dispatch.day.requests import list_requests
from dispatch.files.scenario.write import write_scenario_xlsx
from dispatch.model.water.network import WaterNetwork
from dispatch.model.water.places import WaterNode
from tests.web.office import CODE, DATE, NOW, keys, shown, table_of, texts, type_into

pytestmark = pytest.mark.usefixtures("typing")


def test_what_is_typed_is_saved_at_once(office):
    app = office.page("needs")
    assert "2 个送水点，150 人" in texts(app)
    type_into(app, {(0, "population"): "77"})
    assert office.village("V1").population == 77
    assert "✅ 已保存 07:00:00" in texts(app)
    type_into(app, {(1, "population"): "8"})
    assert [v.population for v in office.scenario().villages] == [77, 8]


def test_a_wrong_cell_waits_until_it_is_mended_or_given_up(office):
    """Who typed abc, looked at another page and came back, found nothing before."""
    app = office.page("needs")
    type_into(app, {(0, "population"): "abc"})
    assert "未保存：请先改正下面的错误" in texts(app)
    assert "abc" in str(app.dataframe[0].value)
    text = office.go(app, "plan")
    assert "送水点表里有没保存的修改" in text
    office.go(app, "needs")
    assert "abc" in str(app.dataframe[0].value)
    assert office.village("V1").population == 100
    app.button(key="give_up").click()
    shown(app)
    assert list(app.dataframe) == []
    assert list(app.warning) == []


def test_a_wrong_cell_is_mended(office):
    app = office.page("needs")
    type_into(app, {(0, "population"): "abc"})
    type_into(app, {(0, "population"): "90"})
    assert "未保存" not in texts(app)
    assert office.village("V1").population == 90


def test_what_cannot_be_put_back_is_told(office):
    """Somebody saved the same table meanwhile: their edits stay, ours are listed."""
    app = office.page("needs")
    type_into(app, {(0, "population"): "abc"})
    office.go(app, "plan")
    office.edit_village("V1", population=77)
    office.go(app, "needs")
    assert any("population 1 = abc" in item.value for item in app.warning)
    assert office.village("V1").population == 77


def test_other_fields_of_one_village_are_both_kept(office):
    mine, theirs = office.page("needs"), office.page("needs")
    type_into(theirs, {(0, "contact"): "老李"})
    type_into(mine, {(0, "population"): "77"})
    village = office.village("V1")
    assert (village.population, village.contact) == (77, "老李")
    # And what they saved shows by now.
    assert "老李" in str(mine.session_state["edit_snapshot"].frame)


def two_who_clash(office):
    """Return the page of who saved second, and so did not."""
    mine, theirs = office.page("needs"), office.page("needs")
    type_into(theirs, {(0, "population"): "60"})
    type_into(mine, {(0, "population"): "77"})
    assert office.village("V1").population == 60
    return mine


def test_a_conflict_shows_both_values(office):
    app = two_who_clash(office)
    assert "他人改了相同的 1 处，您的修改还没有保存" in texts(app)
    (row,) = table_of(app, "对方保存的").to_dict("records")
    assert row["哪一行"] == "上村 (V1)"
    assert (row["对方保存的"], row["您的"]) == ("60", "77")
    assert row["哪一项"] == "人口"


def test_in_a_conflict_theirs_can_be_kept(office):
    app = two_who_clash(office)
    app.button(key="take_theirs").click()
    assert "您的修改还没有保存" not in shown(app)
    assert office.village("V1").population == 60
    assert app.session_state["edit_snapshot"].frame["population"][0] == "60"


def test_in_a_conflict_ours_can_be_saved(office):
    app = two_who_clash(office)
    app.button(key="take_ours").click()
    assert "您的修改还没有保存" not in shown(app)
    assert office.village("V1").population == 77
    assert app.session_state["edit_snapshot"].frame["population"][0] == "77"


def test_a_conflict_waits_while_one_looks_elsewhere(office):
    app = two_who_clash(office)
    assert "您的修改还没有保存" in office.go(app, "plan")
    app.button(key="take_ours").click()
    shown(app)
    assert office.village("V1").population == 77


def test_a_village_deleted_by_one_and_edited_by_another_is_a_conflict(office):
    app = office.page("needs")
    day = office.scenario()
    office.edit(replace(day, villages=day.villages[:1]))
    type_into(app, {(1, "population"): "51"})
    (row,) = table_of(app, "对方保存的").to_dict("records")
    assert (row["对方保存的"], row["您的"]) == ("删除", "有改动")
    app.button(key="take_ours").click()
    shown(app)
    assert office.village("V2").population == 51


def test_a_switch_of_language_undoes_nothing(office):
    """The editor was made anew from the table of before, and that was saved."""
    app = office.page("needs")
    type_into(app, {(0, "population"): "123"})
    app.session_state["lang"] = "en"
    shown(app)
    assert office.village("V1").population == 123
    assert app.session_state["edit_snapshot"].frame["population"][0] == "123"


@pytest.mark.parametrize("table", ["sources", "trucks", "depots"])
def test_every_table_has_its_editor(office, table):
    app = office.page("needs")
    app.segmented_control(key="edit_table").set_value(table)
    shown(app)
    assert app.session_state["edit_snapshot"].scope[1] == table


def test_an_edit_is_in_the_audit_trail_by_its_account(office):
    from sqlalchemy import select

    from dispatch.store.tables import Audit

    app = office.page("needs")
    type_into(app, {(0, "population"): "77"})
    with office.db.read() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    (row,) = [row for row in rows if row.new == {"population": 77}]
    assert (row.who, row.old) == ("调度", {"population": 100})


def test_a_closed_day_has_no_editor(office):
    close_day(office.db, CODE, DATE, who="x", at=NOW)
    app = office.page("needs")
    assert "已关账" in texts(app)
    assert "上村" in app.dataframe[0].value.to_string()
    assert "edit_snapshot" not in app.session_state
    assert not app.get("file_uploader")
    assert keys(app) == {"sign_out"}


# --- uploads --------------------------------------------------------------------


def upload(app, name, content):
    (box,) = [b for b in app.file_uploader if b.key.startswith("upload-")]
    box.set_value([(name, content, "application/octet-stream")])
    return shown(app)


def take(app):
    app.button(key="upload_take").click()
    return shown(app)


def book(scenario, folder, name="new.xlsx"):
    return write_scenario_xlsx(scenario, folder / name).read_bytes()


def test_uploaded_tables_replace_the_days_and_keep_its_roads(
    office, on_roads, scenario, tmp_path
):
    """An office keeps roads and closures in no table of needs."""
    day = replace(on_roads, date=DATE)
    office.edit(replace(day, name=office.scenario().name))
    one = replace(scenario.villages[0], population=33)
    new = replace(scenario, villages=(one,), name="别的名字")
    app = office.page("needs")
    upload(app, "new.xlsx", book(new, tmp_path))
    assert office.village("V1").population == 100
    assert "已读入" in take(app)
    saved = office.scenario()
    assert [v.population for v in saved.villages] == [33]
    assert saved.roads == on_roads.roads
    assert saved.road_limits == on_roads.road_limits
    assert (saved.name, saved.date) == ("小镇", DATE)
    assert "1 个送水点，33 人" in texts(app)


def test_an_upload_that_loses_the_water_says_so(office, scenario, tmp_path):
    """Fields and zones of a place that is gone cannot stay; the others can."""
    pond = WaterNode(
        node_id="N1", name="塘", kind="pond", lat=28.0, lon=115.0, village_id="V2"
    )
    water = WaterNetwork(nodes=(pond,))
    office.edit(replace(office.scenario(), water=water))
    app = office.page("needs")
    one, two = scenario.villages
    more = replace(scenario, villages=(replace(one, population=33), two))
    assert "清空" not in upload(app, "more.xlsx", book(more, tmp_path))
    take(app)
    assert office.scenario().water == water
    fewer = replace(scenario, villages=(one,))
    assert "清空" in upload(app, "fewer.xlsx", book(fewer, tmp_path))
    take(app)
    assert office.scenario().water is None


def test_a_mended_upload_is_simply_uploaded_again(office, scenario, tmp_path):
    """The box kept the failed file, and the mended one came as its double."""
    import io

    import openpyxl

    good = book(scenario, tmp_path)
    bad = openpyxl.load_workbook(io.BytesIO(good))
    sheet = bad["村庄"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("人口") + 1).value = "很多"
    bad.save(tmp_path / "bad.xlsx")
    app = office.page("needs")
    text = upload(app, "bad.xlsx", (tmp_path / "bad.xlsx").read_bytes())
    assert "会替换有问题的那个" in text
    assert "很多" in table_of(app, "内容")["内容"].tolist()
    text = upload(app, "good.xlsx", good)
    assert "会替换有问题的那个" not in text
    assert "upload_take" in keys(app)


def test_an_upload_says_what_it_would_change_and_can_be_given_up(
    office, scenario, tmp_path
):
    app = office.page("needs")
    one, two = scenario.villages
    new = replace(scenario, villages=(replace(one, population=33), two))
    upload(app, "new.xlsx", book(new, tmp_path))
    assert "33" in "".join(frame.value.to_string() for frame in app.dataframe)
    app.button(key="upload_give_up").click()
    shown(app)
    assert "upload_take" not in keys(app)
    assert office.village("V1").population == 100


def test_what_is_saved_while_a_preview_is_looked_at_is_kept(office, scenario, tmp_path):
    app = office.page("needs")
    one, two = scenario.villages
    new = replace(scenario, villages=(replace(one, population=33), two))
    upload(app, "new.xlsx", book(new, tmp_path))
    office.edit_village("V2", population=8)
    take(app)
    assert [v.population for v in office.scenario().villages] == [33, 8]


def test_an_upload_and_a_save_of_one_cell_are_both_told(office, scenario, tmp_path):
    app = office.page("needs")
    one, two = scenario.villages
    new = replace(scenario, villages=(replace(one, population=33), two))
    upload(app, "new.xlsx", book(new, tmp_path))
    office.edit_village("V1", population=44)
    take(app)
    assert office.village("V1").population == 44
    told = table_of(app, "您的")
    assert "33" in told.to_string()
    assert "44" in told.to_string()
    app.button(key="take_ours").click()
    shown(app)
    assert office.village("V1").population == 33


def test_a_request_stays_when_tables_are_replaced(office, scenario, tmp_path):
    office.call("V2")
    app = office.page("needs")
    one, two = scenario.villages
    new = replace(scenario, villages=(replace(one, population=33), two))
    upload(app, "new.xlsx", book(new, tmp_path))
    take(app)
    assert office.village("V1").population == 33
    assert len(list_requests(office.db, [CODE], today=DATE)) == 1
