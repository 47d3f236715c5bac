"""Plans to be printed, and papers read back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

import pypdf

from dispatch.files.plan.edition import Edition
from dispatch.files.plan.on_paper import OnPaper
from tests.files.plan.small_plan import small_plan

#: Characters of Hunan village names that small fonts lack.
RARE = "塝崀垴磜㵲㙍"
LONG = "永和乡新场市社区居民委员会第十二村民小组老屋场集中供水点"
TOLD = Edition(
    number=2, status="published", published_at=dt.datetime(2022, 9, 6, 7, 10)
)
DRAFT = Edition(number=3, status="draft")


def pages(content: bytes) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    # pypdf shows the high byte of Latin characters in CFF fonts as NUL.
    return [page.extract_text().replace("\0", "") for page in reader.pages]


def sizes(content: bytes) -> set[tuple[int, int]]:
    """Return width and height of the pages, mm."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return {
        (
            round(float(page.mediabox.width) / 72 * 25.4),
            round(float(page.mediabox.height) / 72 * 25.4),
        )
        for page in reader.pages
    }


def small_day(**rest: Any) -> OnPaper:
    """Return the small plan with people to call and people who cannot fetch water."""
    plan, scenario, _ = small_plan()
    truck = dataclasses.replace(scenario.trucks[0], driver="李四", phone="139")
    first, second, *others = scenario.villages
    first = dataclasses.replace(
        first, contact="张三", phone="138", population=40, vulnerable_people=12
    )
    scenario = dataclasses.replace(
        scenario, trucks=(truck,), villages=(first, second, *others)
    )
    return OnPaper(plan, scenario, **rest)


def with_names(day: OnPaper, *names: str) -> OnPaper:
    """Return a plan whose first villages have other names."""
    old = day.scenario.villages
    new = [dataclasses.replace(v, name=n) for v, n in zip(old, names, strict=False)]
    villages = (*new, *old[len(new) :])
    scenario = dataclasses.replace(day.scenario, villages=villages)
    return dataclasses.replace(day, scenario=scenario)


def many_trucks(count: int) -> OnPaper:
    """Return a plan in which so many trucks drive the same route."""
    day = small_day(edition=TOLD)
    (route,), (truck,) = day.plan.routes, day.scenario.trucks
    ids = [f"T{number}" for number in range(1, count + 1)]
    trucks = [dataclasses.replace(truck, truck_id=i, plate=f"湘D-{i}") for i in ids]
    routes = [dataclasses.replace(route, truck_id=i) for i in ids]
    return OnPaper(
        dataclasses.replace(day.plan, routes=tuple(routes)),
        dataclasses.replace(day.scenario, trucks=tuple(trucks)),
        edition=day.edition,
    )
