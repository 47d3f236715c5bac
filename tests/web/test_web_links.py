"""Links and accounts: made, shown once, taken away; never more than one's own."""

from __future__ import annotations

import datetime as dt

import pytest

from dispatch.day.links import all_links, link_of
from dispatch.day.people import account_named, person_of_setup
from dispatch.errors import DispatchError
from dispatch.settings import PUBLIC_ENV
from dispatch.web.views import people
from tests.web.office import CODE, DATE, shown, table_of, texts


@pytest.fixture
def public(office, monkeypatch):
    monkeypatch.setenv(PUBLIC_ENV, "http://192.168.1.7:8501")
    return office


def make(app, kind="truck", **values):
    app.segmented_control(key="link_kind").set_value(kind)
    shown(app)
    for key, value in values.items():
        kinds = (app.selectbox, app.text_input, app.multiselect)
        (widget,) = [w for each in kinds for w in each if w.key == key]
        widget.set_value(value)
    app.button(key="link_make").click()
    return shown(app)


def test_every_truck_gets_a_link_that_is_shown_once(public):
    app = public.page("links")
    assert "已生成 2 个链接，只显示这一次" in make(app)
    start = "http://192.168.1.7:8501/d/"
    words = [code.value.removeprefix(start) for code in app.code]
    found = [link_of(public.db, word, kind="link", now=public.now) for word in words]
    assert [link.trucks for link in found] == [("T1",), ("T2",)]
    assert found[0].until == dt.datetime(2022, 9, 21)
    assert len(app.get("image")) == 2
    app.button(key="link_hide").click()
    shown(app)
    assert list(app.code) == []
    # Nowhere any more: not on a page opened anew, not in the table.
    again = public.page("links")
    assert list(again.code) == []
    table = table_of(again, "编号")
    assert table["给谁"].tolist() == ["A · 湘A00001", "B · 湘A00002"]
    assert not [word for word in words if word in table.to_string()]


def test_who_has_a_link_is_not_offered_a_second_one(public):
    app = public.page("links")
    make(app, link_trucks_truck=["T1"])
    again = public.page("links")
    assert again.multiselect(key="link_trucks_truck").value == ["T2"]


def test_a_team_and_a_village_have_links(public):
    app = public.page("links")
    make(app, "team", link_team="红队", link_trucks_team=["T1", "T2"])
    make(app, "village", link_village="V2")
    team, village = all_links(public.db, CODE)
    assert (team.subject, team.trucks) == ("红队", ("T1", "T2"))
    assert (village.kind, village.subject) == ("village", "V2")
    assert app.code[0].value.startswith("http://192.168.1.7:8501/v/")
    assert "下村" in table_of(app, "编号")["给谁"].tolist()


def test_no_village_chosen_makes_no_link(public):
    app = public.page("links")
    make(app, "village")
    assert len(app.error) == 1
    assert all_links(public.db, CODE) == []


def test_a_link_is_revoked(public):
    app = public.page("links")
    make(app)
    first, second = all_links(public.db, CODE)
    app.multiselect(key="link_revoke").set_value([first.number])
    shown(app)
    app.button(key="revoke").click()
    assert "有效链接 1 个" in shown(app)
    assert [link.is_revoked for link in all_links(public.db, CODE)] == [True, False]
    assert table_of(app, "编号")["编号"].tolist() == [second.number]


def test_links_that_ran_out_are_not_shown_as_good(public):
    make(public.page("links"))
    public.now = dt.datetime.combine(DATE, dt.time(7)) + dt.timedelta(days=20)
    public.sign_in_again()
    text = texts(public.page("links", date=DATE))
    assert "有效链接 0 个" in text


def test_where_only_this_computer_opens_the_address_the_page_says_so(
    office, monkeypatch
):
    monkeypatch.delenv(PUBLIC_ENV, raising=False)
    app = office.page("links")
    assert "目前只有本机能打开" in make(app)
    assert app.code[0].value.startswith("/d/")
    assert not app.get("image")


# --- accounts -------------------------------------------------------------------


def add(app, name, role="coordinator", sees=None):
    """Make an account by the form."""
    (name_box,) = [box for box in app.text_input if box.label == "姓名"]
    name_box.set_value(name)
    (role_box,) = [box for box in app.selectbox if box.label == "身份"]
    role_box.set_value(role)
    (sees_box,) = [box for box in app.selectbox if box.label == "可看范围"]
    sees_box.set_value(sees or ("township", CODE))
    (button,) = [b for b in app.button if b.label == "新建"]
    button.click()
    return shown(app)


def test_an_account_is_made_with_a_link_that_is_shown_once(office):
    office.who = "admin"
    app = office.page("people")
    assert "账号 3 个" in texts(app)
    assert "王五 的一次性链接" in add(app, "王五")
    word = app.code[0].value.split("/setup/")[1]
    assert person_of_setup(office.db, word, now=office.now) == "王五"
    made = account_named(office.db, "王五")
    assert (made.role, made.township) == ("coordinator", CODE)
    shown(app)
    assert list(app.code) == []
    table = table_of(app, "状态").set_index("姓名")
    assert table.loc["王五", "状态"] == "✉️ 还没设密码"
    assert table.loc["王五", "可看范围"] == "小镇"


def test_accounts_of_a_county_and_of_everything(office):
    office.who = "admin"
    app = office.page("people")
    add(app, "县里", "official", ("county", "430423"))
    add(app, "市里", "official", ("all", ""))
    assert account_named(office.db, "县里").county == "430423"
    assert account_named(office.db, "市里").county == ""


@pytest.mark.parametrize("name", ["", "调度", "<b>\x00"])
def test_a_name_that_cannot_be_is_told(office, name):
    office.who = "admin"
    app = office.page("people")
    add(app, name)
    assert len(app.error) == 1
    assert list(app.code) == []


def test_an_account_is_blocked_and_let_in_again(office):
    assert "小镇" in texts(office.page())
    office.who = "admin"
    app = office.page("people")
    app.selectbox(key="person_chosen").set_value("调度")
    shown(app)
    app.button(key="person_block").click()
    shown(app)
    table = table_of(app, "状态").set_index("姓名")
    assert table.loc["调度", "状态"] == "🚫 已停用"
    assert account_named(office.db, "调度") is None
    office.who = "调度"
    assert "请先登录" in texts(office.page())
    office.who = "admin"
    app.button(key="person_block").click()
    shown(app)
    assert account_named(office.db, "调度").name == "调度"


def test_a_forgotten_password_gets_a_new_link(office):
    office.who = "admin"
    app = office.page("people")
    app.selectbox(key="person_chosen").set_value("领导")
    shown(app)
    app.button(key="person_link").click()
    shown(app)
    word = app.code[0].value.split("/setup/")[1]
    assert person_of_setup(office.db, word, now=office.now) == "领导"


def test_one_cannot_block_oneself(office):
    office.who = "admin"
    app = office.page("people")
    assert "admin" not in app.selectbox(key="person_chosen").options


def test_an_administrator_of_a_township_gives_no_more_than_that(office, scenario):
    """The form offers nothing wider, and the server refuses it."""
    office.take_in(scenario, "430423113")
    office.add("乡管", "administrator", township=CODE)
    office.who = "乡管"
    app = office.page("people")
    # Only accounts of the township, not the one that sees everything.
    assert set(table_of(app, "状态")["姓名"]) == {"调度", "领导", "乡管"}
    (sees,) = [box for box in app.selectbox if box.label == "可看范围"]
    assert sees.options == ["小镇"]
    add(app, "新人")
    assert account_named(office.db, "新人").township == CODE
    frame = office.frame("乡管")
    people._require(frame, CODE, "")
    for township, county in (("", ""), ("", "430423"), ("430423113", "")):
        with pytest.raises(DispatchError):
            people._require(frame, township, county)


def test_an_administrator_of_a_county_stays_in_it(office, scenario):
    office.take_in(scenario, "430424100")
    office.add("县管", "administrator", county="430423")
    frame = office.frame("县管")
    people._require(frame, CODE, "")
    people._require(frame, "", "430423")
    for township, county in (("", ""), ("", "430424"), ("430424100", "")):
        with pytest.raises(DispatchError):
            people._require(frame, township, county)
