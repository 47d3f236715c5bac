"""The plain pages: what a driver sees, in both languages, with hostile names."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest
from starlette.applications import Starlette

from dispatch.files.scenario.write import write_scenario
from dispatch.geo.datum import from_wgs84
from dispatch.runs.contracts_of_folders import Request
from dispatch.runs.worker_of_folders import run
from dispatch.web.catalog import Catalog
from dispatch.web.phone.driver import DriverPages


def get(path, *, now=dt.datetime(2022, 9, 6, 8, 0), root=""):
    """Return status, headers and text of a page, through the routes themselves."""
    import asyncio

    app = Starlette(routes=DriverPages(Catalog.from_env, clock=lambda: now).routes())
    url, _, query = path.partition("?")
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": root + url,
        "root_path": root,
        "query_string": query.encode(),
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("test", 80),
    }
    asyncio.run(app(scope, receive, send))
    headers = dict(sent[0]["headers"])
    return sent[0]["status"], headers, b"".join(m["body"] for m in sent[1:]).decode()


def test_list_of_trucks(planned):
    status, headers, page = get("/driver")
    assert status == 200
    assert "湘A00001" in page
    assert "1 趟" in page
    assert "共送 3,500 升" in page
    assert "今天没有安排任务" in page
    assert 'lang="zh-CN"' in page
    assert "default-src 'none'" in headers[b"content-security-policy"].decode()
    assert len(page.encode()) < 20_000


def test_day_of_a_truck_in_order_with_times_litres_and_links(planned):
    page = get("/driver/truck?truck=T1")[2]
    texts = re.sub(r"<[^>]+>", " ", page)
    order = [texts.index(text) for text in ("07:00", "07:20", "08:00", "09:00")]
    assert order == sorted(order)
    assert "3,500 升" in page
    assert "geo:28.000000,115.000000?q=" in page
    assert 'href="tel:000-1"' in page
    assert "老王" in page
    assert "https://uri.amap.com/navigation?to=115.00" in page


@pytest.mark.parametrize(
    ("clock", "place"),
    [((6, 0), "场站"), ((7, 24), "水厂"), ((7, 30), "上村"), ((20, 0), "场站")],
)
def test_next_stop_is_the_first_that_is_not_over(planned, clock, place):
    page = get("/driver/truck?truck=T1", now=dt.datetime(2022, 9, 6, *clock))[2]
    card = re.search(r'id="next">(.*?)class="button', page, flags=re.DOTALL)
    assert card is not None
    assert place in card[1]


def buttons(card):
    return re.findall(r'class="button( main)?" href="([^"]+)"', card)


def test_the_next_stop_has_one_big_button_and_a_row_of_others(planned):
    page = get("/driver/truck?truck=T1", now=dt.datetime(2022, 9, 6, 7, 30))[2]
    card = re.search(r'id="next">(.*)', page, flags=re.DOTALL)[1]
    found = [(bool(main), unescape(url)) for main, url in buttons(card)][:5]
    assert [main for main, _ in found] == [True, False, False, False, False]
    starts = ["https://uri.amap.com", "https://api.map.baidu.com"]
    starts += ["https://apis.map.qq.com", "geo:", "tel:"]
    for (_, url), start in zip(found, starts, strict=True):
        assert url.startswith(start)
    # Amap and Tencent draw in GCJ-02, Baidu in BD-09: see tests/files/test_links.py.
    lat, lon = from_wgs84(lat=28.0, lon=115.0, datum="gcj02")
    assert f"to={lon:.6f},{lat:.6f},{quote('上村')}" in found[0][1]


def test_a_transfer_point_is_where_the_links_lead(catalog, scenario, solve):
    first = replace(
        scenario.villages[0],
        transfer_lat=28.002,
        transfer_lon=115.003,
        transfer_by="三轮车",
    )
    moved = replace(scenario, villages=(first, scenario.villages[1]))
    request = Request(scenario_key="town", scenario_name="小镇", digest="y")
    run(catalog.store.create(moved, request), solve)
    page = get("/driver/truck?truck=T1")[2]
    assert "geo:28.002000,115.003000?q=" in page
    assert "geo:28.000000,115.000000" not in page
    assert "交接点，水用 三轮车 送进村" in page
    assert "goes on by: 三轮车" in get("/driver/truck?truck=T1&lang=en")[2]


def test_villages_of_one_name_are_told_apart(catalog, scenario, solve):
    villages = tuple(replace(v, name="和平村") for v in scenario.villages)
    request = Request(scenario_key="town", scenario_name="小镇", digest="z")
    run(catalog.store.create(replace(scenario, villages=villages), request), solve)
    assert "和平村（V1）" in get("/driver/truck?truck=T1")[2]
    assert "和平村（V2）" in get("/driver/doors")[2]


@pytest.mark.parametrize("kind", ["gpx", "kml"])
def test_the_day_can_be_taken_along_as_a_file(planned, kind):
    page = unescape(get("/driver/truck?truck=T1")[2])
    link = re.search(rf'href="(/driver/track\?[^"]*kind={kind})"', page)[1]
    status, headers, text = get(link)
    assert status == 200
    assert kind in headers[b"content-type"].decode()
    assert headers[b"content-disposition"].decode().endswith(f"T1.{kind}")
    assert "3 送水 上村" in text
    assert f"</{kind}>" in text


@pytest.mark.parametrize(
    "query", ["truck=T1&kind=exe", "truck=T2&kind=gpx", "kind=kml"]
)
def test_a_file_that_is_not_there(planned, query):
    status, headers, _ = get(f"/driver/track?{query}")
    assert status == 404
    assert b"text/html" in headers[b"content-type"]


def test_plan_of_another_day_says_so(planned):
    assert "不是今天" not in get("/driver/truck?truck=T1")[2]
    page = get("/driver/truck?truck=T1", now=dt.datetime(2022, 9, 7, 8))[2]
    assert "不是今天（2022-09-07）" in page


def test_vulnerable_people_are_listed_by_the_time_of_the_truck(planned):
    page = get("/driver/doors")[2]
    assert page.index("上村") < page.index("下村")
    assert "特殊人群 20 人" in page
    assert "水车 08:00 到" in page
    assert "今天没有水车" in page
    assert "只能满足 0 人" in page
    assert "2 个送水点，共 25 人" in page


def test_english_and_the_way_back(planned):
    page = get("/driver?lang=en&scenario=town")[2]
    assert "Choose your truck" in page
    assert "scenario=town" in page
    assert "中文" in page
    assert "送水任务" not in page


def test_links_keep_the_path_in_front(planned):
    page = get("/driver", root="/water")[2]
    assert 'href="/water/driver/truck?' in page


def test_without_plan_data_or_truck(catalog, monkeypatch, tmp_path):
    assert "还没有可以执行的送水方案" in get("/driver")[2]
    assert get("/driver/truck?truck=T1")[0] == 200
    assert get("/driver/doors")[0] == 200
    monkeypatch.setenv("DISPATCH_DATA", str(tmp_path / "nothing"))
    assert "还没有数据" in get("/driver")[2]


def test_unknown_truck_or_scenario(planned):
    assert "没有这辆车" in get("/driver/truck?truck=<b>X")[2]
    assert get("/driver?scenario=nope&lang=xx")[0] == 200


def test_names_from_people_are_text(catalog, scenario, solve, tmp_path):
    """A village is named like a script: the driver reads it, nothing runs."""
    name = "<script>alert(1)</script>\"'&amp;"
    evil = replace(
        scenario,
        name=name,
        villages=tuple(
            replace(v, name=name, contact=name, phone='"><b>1')
            for v in scenario.villages
        ),
        trucks=tuple(replace(t, plate=name, driver=name) for t in scenario.trucks),
    )
    write_scenario(evil, tmp_path / "data" / 'e"vil')
    request = Request(scenario_key='e"vil', scenario_name=name, digest="x")
    run(catalog.store.create(evil, request), solve)
    for path in ("", "/truck", "/doors"):
        page = get(f"/driver{path}?truck=T1&scenario=e%22vil&lang=%22%3E%3Cb%3E")[2]
        assert "<script" not in page
        assert "<b>1" not in page
        assert 'scenario=e"vil' not in page
        assert name in unescape(page)


def test_plan_that_breaks_rules_is_not_shown(catalog, scenario, solve):
    """The newest run is invalid: drivers keep the last valid plan."""

    def broken(*args, **kwargs):
        result = solve(*args, **kwargs)
        route = replace(result.plan.routes[0], depot_id="X")
        return replace(result, plan=replace(result.plan, routes=(route,)))

    request = Request(scenario_key="town", scenario_name="小镇", digest="x")
    run(catalog.store.create(scenario, request), broken)
    assert "还没有可以执行的送水方案" in get("/driver")[2]
