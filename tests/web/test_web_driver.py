"""The plain pages behind a link: day, doors and files of the way, on both databases."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest

from dispatch.day.links import revoke_links
from dispatch.day.publishing import withdraw_version
from dispatch.geo.datum import from_wgs84
from dispatch.model.plan import Stop
from dispatch.model.scenario import TimeWindow
from tests.web.town import DATE, NOW, Town


def page_of(town, path="day", truck="T1", **more):
    answer = town.get(f"/d/{town.link(truck=truck)}/{path}", **more)
    assert answer.status == 200
    return answer.text


def changed(town, **values):
    """Publish the plan anew, with other words about the first village."""
    first = replace(town.scenario.villages[0], **values)
    villages = (first, *town.scenario.villages[1:])
    town.scenario = replace(town.scenario, villages=villages)
    town.publish(town.plan)


def test_day_of_a_truck_in_order_with_times_litres_and_links(town: Town):
    page = page_of(town)
    texts = re.sub(r"<[^>]+>", " ", page)
    order = [texts.index(text) for text in ("07:00", "07:20", "08:00", "09:00")]
    assert order == sorted(order)
    for text in ("湘A00001", "1 趟", "共送 3,500 升", "3,500 升", "老王", "第 1 版"):
        assert text in texts
    assert "geo:28.000000,115.000000?q=" in page
    assert 'href="tel:000-1"' in page
    assert "<script" not in page
    assert 'lang="zh-CN"' in page
    assert len(page.encode()) < 20_000


def test_no_script_runs_on_the_plain_pages(town: Town):
    word = town.link(truck="T1")
    for path in ("day", "doors"):
        policy = town.get(f"/d/{word}/{path}").headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy


def test_a_link_shows_its_own_trucks_only(town: Town):
    page = page_of(town, truck="T2")
    assert "湘A00002" in page
    assert "今天没有安排任务" in page
    assert "湘A00001" not in page
    assert "上村" not in page
    assert "上村" not in page_of(town, "doors", truck="T2")
    team = town.link(team="一队", trucks=["T1", "T2"])
    page = town.get(f"/d/{team}/day").text
    assert "湘A00001" in page
    assert "湘A00002" in page
    other = town.link(truck="T1", township="2")
    assert "还没有发布方案" in town.get(f"/d/{other}/day").text


def test_the_next_stop_is_the_first_that_is_not_reported(town: Town):
    """By the clock it was one that the driver had long done, or not begun."""
    word = town.link(truck="T1")

    def next_place():
        page = town.get(f"/d/{word}/day").text
        found = re.search(r'id="next-(\w+)"', page)
        return found and found[1]

    def report(kind, place):
        at, litres = "2022-09-06T08:05:00", 3500
        event = {"key": place, "kind": kind, "place": place, "at": at, "litres": litres}
        assert town.statuses(word, event) == ["new"]

    assert next_place() == "S1"
    report("filled", "S1")
    assert next_place() == "V1"
    report("delivered", "V1")
    assert next_place() == "D1"
    assert "已完成" in town.get(f"/d/{word}/day").text
    report("returned", "D1")
    assert next_place() is None


def test_every_stop_leads_to_three_maps_and_a_telephone(town: Town):
    page = page_of(town)
    card = re.search(r"上村</b>(.*?)</div>\s*</div>", page, flags=re.DOTALL)[1]
    found = [unescape(url) for url in re.findall(r'href="([^"]+)"', card)]
    starts = ["https://uri.amap.com", "https://api.map.baidu.com"]
    starts += ["https://apis.map.qq.com", "geo:", "tel:"]
    for url, start in zip(found, starts, strict=True):
        assert url.startswith(start)
    # Amap and Tencent draw in GCJ-02, Baidu in BD-09: see tests/files/test_links.py.
    lat, lon = from_wgs84(lat=28.0, lon=115.0, datum="gcj02")
    assert f"to={lon:.6f},{lat:.6f},{quote('上村')}" in found[0]


def test_the_page_with_the_script_has_the_same(town: Town):
    hours = (TimeWindow(8 * 3600, 12 * 3600),)
    changed(town, notes="桥限重 10 吨", windows=hours)
    day = town.get(f"/d/{town.link(truck='T1')}/today").json()
    assert sorted(day["places"]) == ["D1", "S1", "V1"]
    place = day["places"]["V1"]
    assert place["notes"] == "桥限重 10 吨"
    assert place["hours"] == ["08:00-12:00"]
    assert (place["contact"], place["phone"]) == ("老王", "000-1")
    assert sorted(place["links"]) == ["amap", "baidu", "geo", "tencent"]
    assert town.get(f"/d/{town.link(truck='T2')}/today").json()["places"] == {}


def test_notes_and_hours_stand_at_the_stop(town: Town):
    changed(town, notes="桥限重 10 吨", windows=(TimeWindow(8 * 3600, 12 * 3600),))
    for path in ("day", "doors"):
        page = page_of(town, path)
        assert "桥限重 10 吨" in page
        assert "开放时间 08:00-12:00" in page


def unchecked(monkeypatch):
    """Let a plan by hand be published whose times and sums are not worked out."""
    monkeypatch.setattr("dispatch.day.publishing._require_sound", lambda *of: None)


def test_a_transfer_point_is_where_the_links_lead(town: Town, monkeypatch):
    unchecked(monkeypatch)
    changed(town, transfer_lat=28.002, transfer_lon=115.003, transfer_by="三轮车")
    page = page_of(town)
    assert "geo:28.002000,115.003000?q=" in page
    assert "geo:28.000000,115.000000" not in page
    assert "交接点，水用 三轮车 送进村" in page
    assert "goes on by: 三轮车" in page_of(town, "day?lang=en")


def test_villages_of_one_name_are_told_apart(town: Town):
    villages = tuple(replace(v, name="和平村") for v in town.scenario.villages)
    town.scenario = replace(town.scenario, villages=villages)
    town.publish(town.plan)
    assert "和平村（V1）" in page_of(town)
    assert "和平村（V1）" in page_of(town, "doors")


def test_only_the_published_plan_is_shown(town: Town):
    withdraw_version(town.db, "1", DATE, 1, who="test", at=NOW)
    for path in ("day", "doors"):
        assert "还没有发布方案" in page_of(town, path)
    word = town.link(truck="T1")
    assert town.get(f"/d/{word}/track?kind=gpx").status == 404


def test_plan_of_another_day_says_so(town: Town):
    assert "不是今天" not in page_of(town)
    word = town.link(truck="T1", until=dt.date(2022, 9, 8))
    town.now = NOW + dt.timedelta(days=1)
    assert "不是今天（2022-09-07）" in town.get(f"/d/{word}/day").text


# Doors


def visits_both(plan):
    """Return a plan whose truck goes to the second village first."""
    route = plan.routes[0]
    depart, fill, deliver, home = route.stops
    first = Stop("deliver", "V2", 27600, 27600, 27900, 500)
    rest = replace(deliver, litres=3000)
    return replace(
        plan, routes=(replace(route, stops=(depart, fill, first, rest, home)),)
    )


def test_vulnerable_people_are_listed_by_the_time_of_the_truck(town: Town, monkeypatch):
    unchecked(monkeypatch)
    page = page_of(town, "doors")
    assert "下村" not in page
    assert "特殊人群 20 人" in page
    assert "水车 08:00 到" in page
    assert "1 个送水点，共 20 人" in page
    town.publish(visits_both(town.plan))
    page = page_of(town, "doors")
    assert page.index("下村") < page.index("上村")
    assert "2 个送水点，共 25 人" in page


# Files of the way


@pytest.mark.parametrize("kind", ["gpx", "kml"])
def test_the_day_can_be_taken_along_as_a_file(town: Town, kind):
    word = town.link(truck="T1")
    page = unescape(town.get(f"/d/{word}/day").text)
    link = re.search(rf'href="(/d/{word}/track\?[^"]*kind={kind}[^"]*)"', page)[1]
    answer = town.get(link)
    assert answer.status == 200
    assert kind in answer.headers["content-type"]
    assert answer.headers["content-disposition"].endswith(f"T1.{kind}")
    assert "3 送水 上村" in answer.text
    assert f"</{kind}>" in answer.text
    assert town.get(f"/d/{word}/track?kind={kind}").body == answer.body


def test_a_file_that_is_not_there(town: Town):
    word, idle = town.link(truck="T1"), town.link(truck="T2")
    unknown = town.get("/d/guess/day").text
    for path in (
        f"/d/{word}/track",
        f"/d/{word}/track?kind=exe",
        f"/d/{word}/track?kind=gpx&truck=T2",
        f"/d/{word}/track?kind=gpx&truck=../T1",
        f"/d/{idle}/track?kind=gpx",
        f"/d/{idle}/track?kind=gpx&truck=T1",
    ):
        answer = town.get(path)
        assert (answer.status, answer.text) == (404, unknown), path


# Links


def test_a_link_that_opens_nothing_is_answered_alike(town: Town):
    over = town.link(truck="T1", until=DATE - dt.timedelta(days=1))
    revoked = town.link(truck="T1")
    revoke_links(town.db, "T1", who="test", at=NOW)
    village = town.link(village="V1")
    for path in ("day", "doors", "track?kind=gpx"):
        answers = {
            (answer.status, answer.text)
            for word in ("guess", over, revoked, village)
            for answer in [town.get(f"/d/{word}/{path}")]
        }
        assert len(answers) == 1
        assert next(iter(answers))[0] == 404


def test_english_and_the_way_back(town: Town):
    word = town.link(truck="T1")
    page = town.get(f"/d/{word}/day?lang=en").text
    assert "Water deliveries" in page
    assert "送水任务" not in page
    assert f'href="/d/{word}?lang=en"' in page
    assert f'href="/d/{word}/day?lang=zh"' in page
    assert town.get(f"/d/{word}/day?lang=%22%3E%3Cb%3E").status == 200


def test_links_keep_the_path_in_front(town: Town):
    word = town.link(truck="T1")
    page = town.call("GET", f"/water/d/{word}/day", root="/water").text
    assert f'href="/water/d/{word}/doors?' in page
    assert f'href="/water/d/{word}/day?lang=en"' in page


def test_names_from_people_are_text(town: Town):
    """A village is named like a script: the driver reads it, nothing runs."""
    name = "<script>alert(1)</script>\"'&amp;"
    values = {"name": name, "contact": name, "phone": '"><i>1', "notes": name}
    town.scenario = replace(
        town.scenario,
        trucks=tuple(replace(t, plate=name, driver=name) for t in town.scenario.trucks),
    )
    changed(town, **values)
    for path in ("day", "doors"):
        page = page_of(town, path)
        assert "<script" not in page
        assert "<i>1" not in page
        assert name in unescape(page)
