"""The routes of links, on both databases, as phones and as attackers use them."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from dispatch.day import people
from dispatch.day.links import revoke_links, who_has_seen
from dispatch.day.phones import MAX_CODE_TRIES
from dispatch.day.publishing import withdraw_version
from dispatch.model.plan import Stop
from dispatch.operations.ledger import ledger_of
from dispatch.store.db import Database
from dispatch.store.events import reports_of
from dispatch.store.tables import Event, Photo
from dispatch.web.phone import pages
from dispatch.words.message import templates
from tests.payloads import PAYLOADS
from tests.web.asgi import call
from tests.web.town import DATE, NOW, Town

STATIC = Path(pages.__file__).with_name("static")


def event(key="k1", kind="delivered", place="V1", **more):
    values = {"key": key, "kind": kind, "place": place, "at": "2022-09-06T08:05:00"}
    if kind in ("filled", "delivered", "returned"):
        values["litres"] = 3500
    return {**values, **more}


def picture(kind="JPEG", colour="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, kind)
    return out.getvalue()


# What a driver sees


def test_the_page_says_nothing_of_the_day_itself(town: Town):
    """It is kept on the phone; what it shows comes from /today."""
    answer = town.get(f"/d/{town.link(truck='T1')}")
    assert answer.status == 200
    assert "上村" not in answer.text
    assert 'src="/phone/link.js"' in answer.text


def test_today_is_what_the_page_shows(town: Town):
    word = town.link(truck="T1")
    day = town.get(f"/d/{word}/today").json()
    assert (day["date"], day["township"], day["truck"]) == ("2022-09-06", "1", "T1")
    assert (day["version"], day["changes"]) == (1, [])
    assert day["stops"][1:3] == [
        {
            "stop": 2,
            "truck": "T1",
            "kind": "fill",
            "place": "S1",
            "name": "水厂",
            "at": "07:20",
            "litres": 3500,
            "state": "open",
        },
        {
            "stop": 3,
            "truck": "T1",
            "kind": "deliver",
            "place": "V1",
            "name": "上村",
            "at": "08:00",
            "litres": 3500,
            "state": "open",
        },
    ]
    town.post(word, event("a", "filled", "S1"), event("b", "arrived"))
    states = [stop["state"] for stop in town.get(f"/d/{word}/today").json()["stops"]]
    assert states == ["done", "done", "arrived", "open"]


def test_what_did_not_change_is_not_sent_again(town: Town):
    word = town.link(truck="T1")
    tag = town.get(f"/d/{word}/today").headers["etag"]
    again = town.get(f"/d/{word}/today", If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    town.post(word, event())
    assert town.get(f"/d/{word}/today", If_None_Match=tag).status == 200


def later(plan, shift_s=1800):
    """Return a plan whose delivery is half an hour later."""
    route = plan.routes[0]
    depart, fill, deliver, home = route.stops
    moved = replace(
        deliver,
        arrive_s=deliver.arrive_s + shift_s,
        start_s=deliver.start_s + shift_s,
        end_s=deliver.end_s + shift_s,
    )
    back = home.arrive_s + shift_s
    stops = (depart, fill, moved, Stop("return", home.place_id, back, back, back))
    return replace(plan, routes=(replace(route, stops=stops),))


def test_a_new_version_says_what_changed_for_this_truck(town: Town):
    word, other = town.link(truck="T1"), town.link(truck="T2")
    town.publish(later(town.plan))
    day = town.get(f"/d/{word}/today").json()
    assert day["version"] == 2
    assert day["changes"] == [
        {
            "change": "moved",
            "truck": "T1",
            "kind": "deliver",
            "place": "V1",
            "name": "上村",
            "at": "08:30",
            "litres": 3500,
            "at_before": "08:00",
            "litres_before": 3500,
        }
    ]
    assert town.get(f"/d/{word}/today?seen=2").json()["changes"] == []
    assert town.get(f"/d/{word}/today?seen=x").json()["changes"] == day["changes"]
    assert town.get(f"/d/{other}/today").json()["changes"] == []


def test_who_missed_a_version_sees_changes_from_the_one_seen(town: Town):
    word = town.link(truck="T1")
    town.publish(later(town.plan))
    town.publish(later(town.plan, 3600))
    seen = town.get(f"/d/{word}/today?seen=1").json()["changes"]
    assert [change["at_before"] for change in seen] == ["08:00"]
    last = town.get(f"/d/{word}/today").json()["changes"]
    assert [change["at_before"] for change in last] == ["08:30"]


def test_only_a_published_plan_is_shown(town: Town):
    word = town.link(truck="T1")
    withdraw_version(town.db, "1", DATE, 1, who="test", at=NOW)
    day = town.get(f"/d/{word}/today").json()
    assert (day["version"], day["stops"]) == (None, [])


def test_the_office_knows_who_has_seen_the_plan(town: Town):
    first, second = town.link(truck="T1"), town.link(truck="T2")

    def known(number=1):
        seen = who_has_seen(town.db, "1", DATE, number, now=town.now)
        return [
            (row.trucks, row.shown_at is not None, row.seen_at is not None)
            for row in seen
        ]

    def confirm(word, body):
        return town.call("POST", f"/d/{word}/seen", body).status

    assert known() == [(("T1",), False, False), (("T2",), False, False)]
    town.get(f"/d/{first}/today")
    town.get(f"/d/{first}/today")
    assert known() == [(("T1",), True, False), (("T2",), False, False)]
    assert confirm(second, b'{"version": 1}') == 200
    assert known() == [(("T1",), True, False), (("T2",), True, True)]
    town.publish(later(town.plan))
    assert known(2) == [(("T1",), False, False), (("T2",), False, False)]
    assert confirm(first, b'{"version": 9}') == 409
    for body in (
        b"",
        b"[]",
        b'{"version": true}',
        b'{"version": "1"}',
        b'{"version": 0}',
    ):
        assert confirm(first, body) == 422
    assert confirm("x" * 32, b'{"version": 1}') == 404


def test_a_team_sees_all_its_trucks(town: Town):
    word = town.link(team="一队", trucks=["T1", "T2"])
    day = town.get(f"/d/{word}/today").json()
    assert (day["truck"], day["team"], day["trucks"]) == (None, "一队", ["T1", "T2"])
    assert {stop["truck"] for stop in day["stops"]} == {"T1"}
    told = [event("a", truck="T2"), event("b"), event("c", truck="T9")]
    assert town.statuses(word, *told) == ["new", "invalid", "invalid"]


# Reports


def test_the_same_report_counts_once(town: Town):
    word = town.link(truck="T1")
    assert town.statuses(word, event(), event()) == ["new", "known"]
    assert town.statuses(word, event()) == ["known"]
    assert town.statuses(word, event(litres=1)) == ["conflict"]
    assert [key for key, _, _ in town.events()] == ["k1"]


def test_each_event_has_its_own_row(town: Town):
    """A bad one does not stop those around it."""
    word = town.link(truck="T1")
    bad = [
        None,
        7,
        [],
        {},
        event("b1", kind="stolen"),
        event("b2", litres=-1),
        event("b3", litres="many"),
        event("b4", at="yesterday"),
        event("b5", place="V9"),
        event("b6", litres=None),
        event("b7", chlorine="x"),
        event({"a": 1}),
        event("b\x00"),
        event(""),
        event("k" * 201),
        event("b8", reason="x" * 3000),
        event("b9", at="1999-01-01T00:00"),
        event("c1", date="tomorrow"),
        event("c2", date="2022-09-30"),
        event("c3", litres=1e300),
        event("c4", reason="\ud800"),
    ]
    results = town.post(word, event("first"), *bad, event("last"))
    assert [r["status"] for r in results] == ["new", *["invalid"] * len(bad), "new"]
    assert results[5]["key"] == "b1"
    assert all(r["message"] for r in results if r["status"] == "invalid")
    assert [key for key, _, _ in town.events()] == ["first", "last"]


def test_a_report_after_midnight_belongs_to_the_night_before(town: Town):
    night = later(town.plan, 16 * 3600)
    trucks = tuple(
        replace(truck, shift_end_s=26 * 3600) for truck in town.scenario.trucks
    )
    town.scenario = replace(town.scenario, trucks=trucks)
    town.publish(night)
    word = town.link(truck="T1", until=dt.date(2022, 9, 7))
    assert town.statuses(word, event(at="2022-09-07T00:20:00")) == ["new"]
    with town.db.read() as session:
        assert session.scalar(select(Event.date)) == DATE


def test_too_much_at_once_is_refused(town: Town):
    word = town.link(truck="T1")
    path = f"/d/{word}/events"
    many = json.dumps({"events": [event(f"k{n}") for n in range(201)]}).encode()
    assert town.call("POST", path, many).status == 413
    long = json.dumps({"events": [event(reason="x" * 1_000_000)]}).encode()
    assert town.call("POST", path, long).status == 413
    assert town.events() == []
    full = [event(f"k{n}") for n in range(200)]
    assert town.statuses(word, *full) == ["new"] * 200


def test_a_body_is_read_no_further_than_it_may_be_long(town: Town):
    """A length that is declared is not read at all, an endless body is given up."""
    path = f"/d/{town.link(truck='T1')}/events"
    answer, num_reads = call(town.app, "POST", path, b"{}", declared=10**9)
    assert (answer.status, num_reads) == (413, 0)
    endless = b" " * 5_000_000
    answer, num_reads = call(town.app, "POST", path, endless, part=100_000)
    assert (answer.status, num_reads) == (413, 11)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"events"',
        b'{"events": {}}',
        b'{"events": null}',
        b"\xff\xfe",
        b'{"events": [NaN]}',
        b"[" * 100_000,
    ],
)
def test_a_body_of_another_form_is_refused(town: Town, body):
    answer = town.call("POST", f"/d/{town.link(truck='T1')}/events", body)
    assert answer.status == 422


# Rights


def routes_of(word):
    return [
        ("GET", f"/d/{word}/today", b""),
        ("POST", f"/d/{word}/events", b'{"events": []}'),
        ("POST", f"/d/{word}/photos/k1", picture()),
    ]


def test_tokens_that_open_nothing_are_answered_alike(town: Town):
    """Unknown, over, revoked, of a village: the same words on every route."""
    over = town.link(truck="T1", until=DATE - dt.timedelta(days=1))
    revoked = town.link(truck="T2")
    revoke_links(town.db, "T2", who="test", at=NOW)
    village = town.link(village="V1")
    words = [over, revoked, village, "guess", "\x00", "\ud800", "x" * 5000, "T1"]
    for method, path, body in routes_of("{}"):
        answers = {
            (answer.status, answer.body, str(sorted(answer.headers.items())))
            for answer in (town.call(method, path.format(word), body) for word in words)
        }
        assert len(answers) == 1
        assert answers.pop()[0] == 404
    shown = {town.get(f"/d/{word}").body for word in words}
    assert len(shown) == 1
    assert "打不开" in shown.pop().decode()
    assert town.get(f"/v/{town.link(truck='T1')}").status == 404
    assert town.events() == []


def test_a_link_ends_while_it_is_used(town: Town):
    word = town.link(truck="T1")
    assert town.statuses(word, event()) == ["new"]
    town.now = dt.datetime(2022, 9, 7, 0, 0)
    for method, path, body in routes_of(word):
        assert town.call(method, path, body).status == 404


def test_a_link_reports_for_its_own_truck_only(town: Town):
    word, other = town.link(truck="T1"), town.link(truck="T2")
    town.post(other, event("theirs"))
    tried = [
        event("a", truck="T2"),
        event("b", kind="reading", place="S1", litres=5),
        event("c", corrects="theirs"),
        event("d", kind="confirmed"),
    ]
    assert town.statuses(word, *tried) == ["invalid"] * 4
    assert town.call("POST", f"/d/{word}/photos/theirs", picture()).status == 409
    assert town.statuses(word, event("e", truck="T1")) == ["new"]
    assert [(key, truck) for key, truck, _ in town.events()] == [
        ("theirs", "T2"),
        ("e", "T1"),
    ]


def test_a_correction_that_comes_first_replaces_nothing_of_another_truck(town: Town):
    """T1 guessed the key of what T2 was about to send, and emptied its delivery."""
    word, other = town.link(truck="T1"), town.link(truck="T2")
    forged = event("forged", litres=0, corrects="theirs")
    assert town.statuses(word, forged) == ["new"]
    # T2 corrects its own in the other order, too: phones send when they can.
    own = event("own", litres=3400, corrects="theirs")
    assert town.statuses(other, own) == ["new"]
    assert town.statuses(other, event("theirs")) == ["new"]
    assert delivered(town) == {"T1": 0, "T2": 3400}
    # Answered as the first time; a new one is refused now.
    assert town.statuses(word, forged) == ["known"]
    assert town.statuses(word, {**forged, "key": "again"}) == ["invalid"]
    assert delivered(town) == {"T1": 0, "T2": 3400}


def test_a_correction_in_the_same_message_replaces_nothing_of_another_truck(town: Town):
    word, other = town.link(truck="T1"), town.link(truck="T2")
    team = town.link(team="义工", trucks=["T1", "T2"])
    town.post(other, event("theirs"))
    sent = [event("mine"), event("x", litres=1, corrects="mine")]
    forged = event("y", litres=1, corrects="theirs")
    assert town.statuses(word, *sent, forged) == ["new", "new", "invalid"]
    assert delivered(town) == {"T1": 1, "T2": 3500}
    fixed = event("z", litres=2, truck="T2", corrects="theirs")
    assert town.statuses(team, fixed) == ["new"]
    assert delivered(town) == {"T1": 1, "T2": 2}


def delivered(town: Town) -> dict[str, int]:
    with town.db.read() as session:
        ledger = ledger_of(reports_of(session, "1"))
    return {truck: litres.delivered_l for truck, litres in ledger.by_truck.items()}


def test_a_link_of_one_township_changes_nothing_in_another(town: Town):
    here, there = town.link(truck="T1"), town.link("2", truck="T1")
    assert town.statuses(there, event()) == ["new"]
    assert town.get(f"/d/{here}/today").json()["stops"][2]["state"] == "open"
    assert town.get(f"/d/{there}/today").json()["version"] is None
    assert town.statuses(here, event(litres=7)) == ["new"]


def test_a_village_confirms_by_its_code(town: Town):
    """The driver cannot know it: four digits that only the village's page shows."""
    word, village = town.link(truck="T1"), town.link(village="V1")
    shown = town.get(f"/v/{village}", Accept="application/json").json()
    code = shown["code"]
    assert code in town.get(f"/v/{village}").text
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    confirmed = event("c", kind="confirmed", code=wrong)
    assert town.statuses(word, confirmed) == ["invalid"]
    assert town.statuses(word, {**confirmed, "code": int(code)}) == ["invalid"]
    assert town.statuses(word, {**confirmed, "code": code}) == ["new"]
    assert town.statuses(word, {**confirmed, "code": code}) == ["known"]
    elsewhere = event("d", kind="confirmed", place="V2", code=code)
    assert town.statuses(word, elsewhere) == ["invalid"]


def test_codes_cannot_be_tried_out(town: Town):
    """After some wrong ones the right one is refused, too, for this link and day."""
    word, village = town.link(truck="T1"), town.link(village="V1")
    code = town.get(f"/v/{village}", Accept="application/json").json()["code"]
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    tries = [
        event(f"t{n}", kind="confirmed", code=wrong) for n in range(2 * MAX_CODE_TRIES)
    ]
    town.post(word, *tries)
    right = event("c", kind="confirmed", code=code)
    assert town.statuses(word, right) == ["invalid"]
    assert town.statuses(town.link(truck="T2"), right) == ["new"]


def test_a_village_sees_when_its_water_comes(town: Town):
    page = town.get(f"/v/{town.link(village='V1')}").text
    assert "08:00" in page
    assert "3500 升" in page
    assert "没有安排送水" in town.get(f"/v/{town.link(village='V2')}").text


# Pictures


def test_a_picture_is_kept_once_outside_of_all_routes(town: Town):
    word = town.link(truck="T1")
    path = f"/d/{word}/photos/k1"
    assert town.call("POST", path, picture()).status == 409
    town.post(word, event())
    assert town.call("POST", path, picture("PNG")).status == 201
    assert town.call("POST", path, picture("PNG")).status == 201
    assert town.call("POST", path, picture(colour="blue")).status == 409
    (file,) = town.photos.iterdir()
    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", file.name)
    assert file.read_bytes()[:3] == b"\xff\xd8\xff"
    with town.db.read() as session:
        assert [photo.file for photo in session.scalars(select(Photo))] == [file.name]
    for try_ in (f"/phone/{file.name}", f"/phone/..%2f..%2f{file.name}"):
        assert town.get(try_).status == 404


@pytest.mark.parametrize("key", ["k1%", "\x00", "k1\ud800", "..", "k" * 5000])
def test_a_picture_of_a_senseless_key_is_refused(town: Town, key):
    """PostgreSQL cannot be asked for a zero sign: that was an internal error."""
    word = town.link(truck="T1")
    town.post(word, event())
    assert town.call("POST", f"/d/{word}/photos/{key}", picture()).status == 409


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 415),
        (b"<html><script>alert(1)</script>", 415),
        (picture("GIF"), 415),
        (picture()[:100], 415),
        (b"\xff\xd8\xff" + b"\0" * 5_000_000, 413),
    ],
)
def test_what_is_no_picture_is_not_kept(town: Town, content, status):
    word = town.link(truck="T1")
    town.post(word, event())
    answer = town.call("POST", f"/d/{word}/photos/k1", content)
    assert answer.status == status
    assert not town.photos.exists() or not list(town.photos.iterdir())


# Texts stay texts


HOSTILE = [
    PAYLOADS[name] for name in ("script", "formula", "query", "sum of a template")
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reason_stays_as_it_was_typed(town: Town, text):
    word = town.link(truck="T1")
    refused = event(f"r{len(text)}", kind="refused", reason=text)
    assert town.statuses(word, refused) == ["new"]
    assert [reason for _, _, reason in town.events()] == [text]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_no_markup_on_a_page(town: Town, text):
    villages = (
        replace(town.scenario.villages[0], name=text),
        *town.scenario.villages[1:],
    )
    town.scenario = replace(town.scenario, villages=villages)
    town.publish(town.plan)
    page = town.get(f"/v/{town.link(village='V1')}").text
    assert "<script>window" not in page
    assert str(7907 * 7919) not in page
    word = town.link(truck="T1")
    day = town.get(f"/d/{word}/today").json()
    assert day["stops"][2]["name"] == text
    for plain in ("day", "doors"):
        page = town.get(f"/d/{word}/{plain}").text
        assert "<script" not in page
        assert text in unescape(page)


def test_the_script_sets_no_markup_and_asks_no_other_host():
    for path in STATIC.glob("*.js"):
        script = path.read_text("utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "eval(",
            "http:",
            "//w",
        ):
            assert word not in script, (path.name, word)


def test_the_script_has_all_its_words():
    script = (STATIC / "link.js").read_text("utf-8")
    whole = set(re.findall(r'"((?:phone|driver)\.[a-z_]*[a-z])"', script))
    assert whole <= set(pages.SCRIPT_TEXTS)
    for start in ("phone.state_", "phone.change_", "phone.ask_"):
        assert f'"{start}"' in script
        made = {key for key in templates() if key.startswith(start)}
        assert made <= set(pages.SCRIPT_TEXTS)


# All answers


def test_no_answer_is_stored_and_none_sets_a_cookie(town: Town):
    word = town.link(truck="T1")
    paths = [
        f"/d/{word}",
        f"/d/{word}/today",
        f"/d/{word}/day",
        f"/d/{word}/doors",
        f"/d/{word}/track?kind=gpx",
        f"/v/{town.link(village='V1')}",
        "/d/none",
        "/d/none/today",
        "/d/none/day",
        "/v/none",
        "/setup/none",
        "/health",
        "/metrics",
        "/phone/link.js",
        "/phone/none.js",
    ]
    for path in paths:
        headers = town.get(path).headers
        assert headers["cache-control"] == "no-store", path
        assert "set-cookie" not in headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


def test_what_fails_inside_says_and_logs_nothing(town: Town, caplog):
    word = town.link(truck="T1")

    def fail(*arguments, **options):
        raise RuntimeError(f"老王 000-1 {word}")

    town.get(f"/d/{word}/today")
    town.pages._phones.today = fail
    answer = town.get(f"/d/{word}/today")
    assert (answer.status, answer.json()) == (500, {"error": "internal"})
    assert "RuntimeError" in caplog.text
    assert word not in caplog.text
    assert "老王" not in caplog.text


def test_health_says_what_is_wrong(town: Town, tmp_path, monkeypatch):
    assert town.get("/health").json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "current",
    }
    town.db = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    answer = town.get("/health")
    assert (answer.status, answer.json()["migrations"]) == (503, "old")
    town.db = Database("postgresql://nobody@localhost:1/none")
    answer = town.get("/health")
    assert (answer.status, answer.json()["database"]) == (503, "unreachable")
    town.pages._store = lambda: Database("nowhere")
    assert town.get("/health").status == 503
    town.pages._store = lambda: None
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert town.get("/health").status == 200
    assert town.get("/d/guess").status == 404
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'gone.db'}")
    answer = town.get("/health")
    assert (answer.status, answer.json()["database"]) == (503, "missing")


def test_metrics_count_and_name_nobody(town: Town):
    word = town.link(truck="T1")
    town.post(word, event(), event())
    town.get("/d/guess")
    text = town.get("/metrics").text
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["dispatch_events_total", "new"] == 1
    assert samples["dispatch_events_total", "known"] == 1
    assert samples["dispatch_http_answers_total", "404", "page"] == 1
    assert word not in text
    assert "T1" not in text


# Set-up


def form(password, again=None):
    from urllib.parse import urlencode

    return urlencode({"password": password, "again": again or password}).encode()


def test_a_password_is_set_by_the_link_once(town: Town):
    word = people.add(town.db, "<b>王", "coordinator", who="test", at=NOW)
    path = f"/setup/{word}"
    assert "&lt;b&gt;王" in town.get(path).text
    assert town.call("POST", path, form("short")).status == 422
    assert town.call("POST", path, form("0123456789", "other")).status == 422
    assert town.call("POST", path, b"x" * 20_000).status == 413
    assert town.call("POST", path, b"\xff=\xfe").status == 422
    done = town.call("POST", path, form("0123456789"))
    assert (done.status, "密码已设好" in done.text) == (200, True)
    people.sign_in(town.db, "<b>王", "0123456789", now=NOW)
    assert town.call("POST", path, form("9876543210")).status == 404
    assert town.get(path).status == 404
