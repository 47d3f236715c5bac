"""Requests on their page: written down, taken step by step, never as markup."""

from __future__ import annotations

import datetime as dt

import pytest

from dispatch import settings
from dispatch.day.requests import (
    call_back,
    move_request,
    photos_of,
    read_photo,
    show_request,
)
from tests.payloads import PAYLOADS
from tests.web.office import CODE, NOW, keys, picture, shown, texts

EVIL = PAYLOADS["markdown"] + PAYLOADS["markup"]


def form(app, **values):
    """Fill in the form, and press its button."""
    start = app.session_state["request_form"]
    fields = {f"{start}-{name}": value for name, value in values.items()}
    kinds = (app.text_input, app.number_input, app.selectbox, app.file_uploader)
    for widget in [widget for kind in kinds for widget in kind]:
        if widget.key in fields:
            widget.set_value(fields.pop(widget.key))
    assert not fields
    (button,) = [b for b in app.button if b.label == "保存工单"]
    button.click()
    return shown(app)


def test_an_empty_list_offers_the_form(office):
    app = office.page("requests")
    assert "待办工单 0 件，超期 0 件，督办 0 件" in texts(app)
    assert "没有工单" in texts(app)
    assert app.expander[0].proto.expanded


def test_a_call_for_a_village_becomes_a_request(office):
    app = office.page("requests")
    text = form(
        app,
        village="V2",
        people=30,
        vulnerable=4,
        stock=200,
        remark="路窄",
        phone="000-2",
    )
    # Tuesday; the seventh workday of rules is told by the store.
    (call,) = office.calls()
    assert f"工单 #{call.number} 已登记，应于 {call.due} 前办结" in text
    assert (call.village, call.people, call.vulnerable_people) == ("V2", 30, 4)
    assert (call.stock_l, call.remark, call.phone) == (200, "路窄", "000-2")
    assert (call.came_at, call.state) == (NOW, "received")
    assert "存水 200 升" in text
    assert "电话 000-2" in text
    _, (step,) = show_request(office.db, CODE, call.number)
    assert step.who == "调度"


def test_a_call_from_a_place_that_is_not_listed_has_a_position(office):
    app = office.page("requests")
    form(app, where="28.02, 115.01", people=3)
    (call,) = office.calls()
    assert call.position == pytest.approx((28.02, 115.01))
    assert call.village == f"R{call.number}"


def test_a_village_and_a_position_keep_both(office):
    app = office.page("requests")
    form(app, village="V1", where="28.0003, 115.0", people=3, remark="坡上")
    (call,) = office.calls()
    assert (call.village, call.position) == ("V1", None)
    assert call.remark == "坡上 28.0003, 115.0"


@pytest.mark.parametrize(
    "values",
    [{"people": 3}, {"village": "V1"}, {"where": "东边那条路", "people": 3}],
)
def test_what_is_missing_is_told_and_the_form_keeps_its_text(office, values):
    app = office.page("requests")
    form(app, remark="记下的话", **values)
    assert len(app.error) == 1
    assert office.calls() == []
    start = app.session_state["request_form"]
    assert app.text_input(key=f"{start}-remark").value == "记下的话"


def test_a_photo_is_kept_with_the_request(office):
    app = office.page("requests")
    file = ("路.jpg", picture(), "image/jpeg")
    form(app, village="V1", people=3, photos=[file])
    (call,) = office.calls()
    (photo,) = photos_of(office.db, CODE, call.number)
    folder = settings.photos_folder()
    assert read_photo(office.db, folder, CODE, call.number, photo)[:2] == b"\xff\xd8"
    assert len(app.get("image")) == 1


def test_what_is_no_photo_is_told_and_the_request_is_there_once(office):
    app = office.page("requests")
    form(app, village="V1", people=3, photos=[("a.jpg", b"<svg>", "image/jpeg")])
    assert "不是可以读取的" in app.error[0].value
    form(app, photos=[])
    assert list(app.error) == []
    assert len(office.calls()) == 1


def test_a_second_call_of_one_place_is_warned_and_joined(office):
    first = office.call("V2", people=12)
    app = office.page("requests")
    start = app.session_state["request_form"]
    app.selectbox(key=f"{start}-village").set_value("V2")
    text = shown(app)
    assert f"同一地点已有工单：#{first}（09-06 07:00，12 人，" in text
    form(app, village="V2", people=3)
    assert {call.same_as for call in office.calls()} == {None, first}
    assert any(f"同 \\#{first}" in item.label for item in app.expander)


def press(app, name, number, words=""):
    app.text_input(key=f"words-{number}").set_value(words)
    app.button(key=f"{name}-{number}").click()
    return shown(app)


def test_a_request_is_accepted_and_offers_what_may_follow(office):
    number = office.call()
    app = office.page("requests")
    assert keys(app) >= {f"accept-{number}", f"close-{number}"}
    assert f"工单 #{number} 已受理" in press(app, "accept", number, "已派")
    (call,) = office.calls()
    assert call.state == "accepted"
    assert f"accept-{number}" not in keys(app)
    assert "调度：已派" in texts(app)


def delivered(office):
    number = office.call()
    for state in ("accepted", "delivered"):
        move_request(office.db, CODE, number, state, at=NOW, who="test")
    return number


def test_a_satisfied_callback_ends_the_request(office):
    number = delivered(office)
    app = office.page("requests")
    assert f"工单 #{number} 已回访" in press(app, "satisfied", number)
    (call,) = office.calls()
    assert (call.state, call.is_supervised) == ("called_back", False)


def test_an_unsatisfied_callback_opens_it_again_under_supervision(office):
    number = delivered(office)
    app = office.page("requests")
    text = press(app, "unsatisfied", number, "水是浑的")
    assert "转督办" in text
    (call,) = office.calls()
    assert (call.state, call.is_supervised) == ("reopened", True)
    assert "督办 1 件" in text
    assert any(item.label.startswith("督办") for item in app.expander)


def test_closing_needs_words_before_the_callback(office):
    """Who ends a request without water says why."""
    number = office.call()
    app = office.page("requests")
    press(app, "close", number)
    assert len(app.error) == 1
    assert office.calls()[0].state == "received"
    assert f"工单 #{number} 已办结" in press(app, "close", number, "打错电话")
    assert office.calls()[0].state == "closed"
    assert "没有工单" in texts(app)


def test_a_closed_request_is_found_and_reopened(office):
    number = delivered(office)
    call_back(office.db, CODE, number, is_satisfied=True, at=NOW, who="x")
    move_request(office.db, CODE, number, "closed", at=NOW, who="x")
    app = office.page("requests")
    assert f"reopen-{number}" not in keys(app)
    app.segmented_control(key="request_filter").set_value("closed")
    shown(app)
    assert f"close-{number}" not in keys(app)
    press(app, "reopen", number, "又没水了")
    assert office.calls()[0].state == "reopened"


def test_overdue_requests_stand_first_and_can_be_chosen(office):
    office.call("V1")
    late = office.call("V2", now=NOW - dt.timedelta(days=10))
    app = office.page("requests")
    assert "待办工单 2 件，超期 1 件" in texts(app)
    cards = [item.label for item in app.expander if "\\#" in item.label]
    assert cards[0].startswith("超期")
    app.segmented_control(key="request_filter").set_value("overdue")
    shown(app)
    cards = [item.label for item in app.expander if "到期" in item.label]
    assert len(cards) == 1
    assert f"\\#{late}" in cards[0]


def test_what_callers_say_stays_text(office):
    """Remarks and names of villages are no Markdown, no HTML and no link."""
    office.edit_village("V2", name=EVIL)
    number = office.call("V2", remark=EVIL, phone="**1**")
    move_request(office.db, CODE, number, "accepted", at=NOW, who="x", words=EVIL)
    app = office.page("requests")
    assert EVIL in [item.value for item in app.text]
    assert not [item for item in app.markdown if "<img" in item.value]
    (card,) = [item.label for item in app.expander if "到期" in item.label]
    assert "\\<img" in card
    assert "\\*\\*粗" in card
    office.go(app, "today")
    (line,) = [item.value for item in app.markdown if item.value.startswith("📞")]
    assert "\\<img" in line
    assert "\\[点我\\]" in line


def test_officials_read_only(office):
    number = delivered(office)
    office.who = "领导"
    app = office.page("requests")
    assert "待办工单 1 件" in texts(app)
    assert "老弱病残" in texts(app)
    assert keys(app) == {"sign_out"}
    assert f"words-{number}" not in [box.key for box in app.text_input]
