"""Any network that the tables can say, for round trips."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from dispatch.files.cells.parse import CellError, is_blank, parse_text
from dispatch.model.road_limits import Moment
from dispatch.model.scenario import TimeWindow
from dispatch.model.water.canals import Canal, Work
from dispatch.model.water.duty import Door, Person, Post
from dispatch.model.water.fields import CropStage, FieldBlock, WeatherDay
from dispatch.model.water.network import WaterNetwork, WaterPeople
from dispatch.model.water.notices import NoticeText
from dispatch.model.water.places import Store, WaterNode
from dispatch.model.water.pumps import CurvePoint, Lift, Pump
from dispatch.model.water.supply import Plant, Zone

VILLAGES = ("001", "002")
SOURCE = "S1"


def _is_readable(text: str) -> bool:
    """Whether a text means itself: 无 means nothing, ; parts lists."""
    try:
        return parse_text(text) == text and not is_blank(text) and ";" not in text
    except CellError:
        return False


TEXTS = st.text(
    st.characters(categories=["L", "N", "P"], max_codepoint=0x2FFF), max_size=8
).map(lambda text: f"名{text}")
NAMES = TEXTS.filter(_is_readable).filter(lambda text: "；" not in text)
MAYBE_TEXT = st.just("") | NAMES
#: A workbook keeps 16 digits, and people write fewer.
AMOUNTS = st.integers(0, 10**7).map(lambda number: number / 100)
MAYBE = st.none() | AMOUNTS
SHARES = st.integers(0, 99).map(lambda percent: percent / 100)
COORDINATES = st.integers(20_000, 40_000).map(lambda milli: milli / 1000)
DATES = st.dates(dt.date(2022, 9, 6), dt.date(2022, 12, 31))
MOMENTS = st.builds(
    Moment, date=DATES, time_s=st.none() | st.integers(1, 1439).map(lambda m: m * 60)
)


def _some(prefix: str, draw: st.DrawFn, most: int = 3) -> list[str]:
    return [f"{prefix}{number}" for number in range(draw(st.integers(0, most)))]


@st.composite
def _two(draw: st.DrawFn, nodes: list[str]) -> tuple[str, str]:
    first, second = draw(st.permutations(nodes))[:2]
    return first, second


@st.composite
def stores(draw: st.DrawFn, node_id: str) -> Store:
    dead, above, reserve, room = (draw(AMOUNTS) for _ in range(4))
    kind = draw(st.sampled_from(["none", "m3", "days"]))
    return Store(
        node_id=node_id,
        dead_m3=dead,
        stock_m3=round(dead + above, 2),
        capacity_m3=round(dead + above + reserve + room, 2) + 1,
        reserve_people_m3=reserve if kind == "m3" else None,
        reserve_days=draw(st.integers(0, 90)) if kind == "days" else None,
        inflow_m3_per_d=draw(AMOUNTS),
        read_at=draw(st.none() | MOMENTS),
        potable=draw(st.booleans()),
    )


@st.composite
def canals(draw: st.DrawFn, canal_id: str, nodes: list[str], posts: list[str]) -> Canal:
    start, end = draw(_two(nodes))
    loss = draw(st.sampled_from(["none", "share", "formula"]))
    least = draw(AMOUNTS)
    return Canal(
        canal_id=canal_id,
        name=draw(NAMES),
        from_node=start,
        to_node=end,
        length_km=draw(st.integers(1, 9999)) / 100,
        min_flow_m3_per_h=least,
        capacity_m3_per_h=round(least + draw(AMOUNTS) + 1, 2),
        loss_share=draw(SHARES) if loss == "share" else None,
        loss_a=draw(st.integers(0, 99)) / 10 if loss == "formula" else None,
        loss_m=draw(SHARES) if loss == "formula" else None,
        fill_m3=draw(AMOUNTS),
        travel_h=draw(st.integers(0, 99)) / 10,
        state=draw(st.sampled_from(["ok", "silted", "broken"])),
        gate_post_id=draw(st.sampled_from(["", *posts])),
    )


@st.composite
def pumps(draw: st.DrawFn, pump_id: str) -> Pump:
    heads = sorted(draw(st.sets(st.integers(1, 90), min_size=1, max_size=3)))
    flows = sorted((draw(st.integers(1, 999)) for _ in heads), reverse=True)
    energy = draw(st.sampled_from(["diesel", "petrol", "electric"]))
    per_h = draw(st.none() | st.integers(0, 99).map(lambda tenth: tenth / 10))
    return Pump(
        pump_id=pump_id,
        name=draw(NAMES),
        owner=draw(MAYBE_TEXT),
        energy=energy,
        curve=tuple(
            CurvePoint(h / 2, q / 4) for h, q in zip(heads, flows, strict=True)
        ),
        power_kw=draw(st.none() | st.integers(1, 90)),
        fuel_l_per_h=None if energy == "electric" else per_h,
        kwh_per_h=per_h if energy == "electric" else None,
        hours_per_day=draw(st.integers(0, 24)),
        return_by=draw(st.none() | DATES),
        move_h=draw(st.integers(0, 9)) / 2,
        lent_by=draw(MAYBE_TEXT),
        state=draw(st.sampled_from(["ok", "broken"])),
    )


@st.composite
def blocks(
    draw: st.DrawFn, field_id: str, nodes: list[str], crops: list[CropStage]
) -> FieldBlock:
    crop = draw(st.sampled_from(crops))
    seen = draw(st.sampled_from(["no", "layer", "dry"]))
    return FieldBlock(
        field_id=field_id,
        village_id=draw(st.sampled_from(VILLAGES)),
        node_id=draw(st.sampled_from(nodes)),
        area_mu=draw(st.integers(1, 99_999)) / 10,
        crop=crop.crop,
        stage=crop.stage,
        group=draw(MAYBE_TEXT),
        yield_kg_per_mu=draw(st.none() | st.integers(0, 900)),
        layer_mm=draw(st.integers(0, 99)) if seen == "layer" else None,
        days_dry=draw(st.integers(0, 30)) if seen == "dry" else None,
        need_m3_per_mu=draw(st.none() | st.integers(0, 200).map(lambda x: x / 2)),
        grade=draw(st.sampled_from([None, "normal", "light", "heavy", "dead"])),
        lift_needed=draw(st.booleans()),
        surveyed_by=draw(MAYBE_TEXT),
        surveyed_at=draw(st.none() | MOMENTS),
    )


@st.composite
def crop_tables(draw: st.DrawFn) -> list[CropStage]:
    stages = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    return [
        CropStage(
            crop="晚稻",
            stage=stage,
            kc=draw(st.integers(1, 150)) / 100,
            percolation_mm_per_d=draw(st.integers(0, 9)),
            layer_min_mm=draw(st.integers(0, 20)),
            layer_max_mm=draw(st.integers(20, 90)),
            ky=draw(st.integers(0, 175)) / 100,
            critical=draw(st.booleans()),
            starts_on=draw(st.none() | DATES),
            source=draw(MAYBE_TEXT),
        )
        for stage in stages
    ]


@st.composite
def weather(draw: st.DrawFn) -> list[WeatherDay]:
    dates = draw(st.lists(DATES, max_size=4, unique=True))
    days = []
    for date in dates:
        by_heat = draw(st.booleans())
        days.append(
            WeatherDay(
                date=date,
                et0_mm=None if by_heat else draw(st.integers(0, 90)) / 10,
                tmin_c=draw(st.integers(-9, 20)) if by_heat else None,
                tmax_c=draw(st.integers(20, 40)) if by_heat else None,
                rh_pct=draw(st.none() | st.integers(0, 100)),
                wind_m_per_s=draw(st.none() | st.integers(0, 20)),
                sun_h=draw(st.none() | st.integers(0, 12)),
                rain_mm=draw(st.integers(0, 99)) / 2,
            )
        )
    return days


@st.composite
def networks(draw: st.DrawFn) -> WaterNetwork:
    """Build a network of three to five nodes, with anything at and between them."""
    node_ids = [f"N{number}" for number in range(draw(st.integers(3, 5)))]
    nodes = [
        WaterNode(
            node_id=node_id,
            name=draw(NAMES),
            kind=draw(st.sampled_from(["reservoir", "tank", "outlet", "sump"])),
            lat=draw(COORDINATES),
            lon=round(draw(COORDINATES) + 80, 3),
            elevation_m=draw(st.none() | st.integers(-50, 900)),
            village_id=draw(st.sampled_from(["", *VILLAGES])),
            source_id=draw(st.sampled_from(["", SOURCE])),
        )
        for node_id in node_ids
    ]
    post_ids = _some("G", draw)
    crops = draw(crop_tables())
    pump_items = [draw(pumps(pump_id)) for pump_id in _some("P", draw)]
    zone_ids = _some("Z", draw, most=2)
    lifts = [
        Lift(
            lift_id=lift_id,
            name=draw(NAMES),
            **dict(zip(("from_node", "to_node"), draw(_two(node_ids)), strict=True)),
            head_m=draw(st.integers(0, 90)) / 2,
            max_pumps=draw(st.integers(0, 4)),
            power_kw_available=draw(MAYBE),
            operator_post_id=draw(st.sampled_from(["", *post_ids])),
        )
        for lift_id in _some("L", draw)
    ]
    zones = [
        Zone(
            zone_id=zone_id,
            name=draw(NAMES),
            tank_node=draw(st.sampled_from(node_ids)),
            village_ids=(VILLAGES[number],),
            people=draw(st.integers(100, 9999)),
            vulnerable_people=draw(st.integers(0, 100)),
            households=draw(st.none() | st.integers(0, 999)),
            jar_l_per_household=draw(st.none() | st.integers(0, 200)),
            high=draw(st.booleans()),
            max_flow_m3_per_h=draw(st.none() | st.integers(1, 99)),
            leak_share=draw(SHARES),
            valve_post_id=draw(st.sampled_from(["", *post_ids])),
        )
        for number, zone_id in enumerate(zone_ids)
    ]
    plants = [
        Plant(
            plant_id=plant_id,
            name=draw(NAMES),
            **dict(zip(("raw_node", "tank_node"), draw(_two(node_ids)), strict=True)),
            capacity_m3_per_h=draw(st.integers(1, 999)),
            own_use_share=draw(SHARES),
            pump_ids=tuple(pump.pump_id for pump in pump_items),
        )
        for plant_id in _some("U", draw, most=1)
    ]
    canal_items = [
        draw(canals(canal_id, node_ids, post_ids)) for canal_id in _some("C", draw)
    ]
    works = [
        Work(
            work_id=f"K{number}",
            name=draw(NAMES),
            object_id=canal.canal_id,
            column="state",
            value=draw(st.sampled_from(["ok", "silted", "broken"])),
            cost_yuan=draw(AMOUNTS),
        )
        for number, canal in enumerate(canal_items)
    ]
    posts = [
        Post(
            post_id=post_id,
            name=draw(NAMES),
            # One place each: posts of a place must not overlap.
            object_id=node_ids[number],
            kind=draw(st.sampled_from(["gate", "canal", "pump", "valve"])),
            persons=draw(st.integers(1, 4)),
            starts=draw(st.none() | MOMENTS),
            while_flowing=draw(st.booleans()),
            shift_h=draw(st.integers(1, 48)) / 2,
            skill=draw(MAYBE_TEXT),
        )
        for number, post_id in enumerate(post_ids)
    ]
    keys = draw(st.lists(st.sampled_from(["issuer", "phone", "own_1"]), unique=True))
    return WaterNetwork(
        nodes=tuple(nodes),
        stores=tuple(draw(stores(n)) for n in node_ids if draw(st.booleans())),
        canals=tuple(canal_items),
        works=tuple(works),
        fields=tuple(
            draw(blocks(field_id, node_ids, crops)) for field_id in _some("F", draw)
        ),
        crops=tuple(crops),
        weather=tuple(draw(weather())),
        pumps=tuple(pump_items),
        lifts=tuple(lifts),
        zones=tuple(zones),
        plants=tuple(plants),
        posts=tuple(posts),
        notices=tuple(
            NoticeText(key=key, zh=draw(NAMES), en=draw(MAYBE_TEXT)) for key in keys
        ),
    )


@st.composite
def water_people(draw: st.DrawFn) -> WaterPeople:
    people = [
        Person(
            person_id=person_id,
            name=draw(NAMES),
            village_id=draw(st.sampled_from(["", *VILLAGES])),
            phone=draw(MAYBE_TEXT),
            skills=tuple(draw(st.lists(NAMES, max_size=2, unique=True))),
            free_from=draw(st.none() | MOMENTS),
            max_h_per_day=draw(st.integers(0, 48)) / 2,
            nights_ok=draw(st.booleans()),
            not_at_night_reason=draw(MAYBE_TEXT),
        )
        for person_id in _some("M", draw)
    ]
    doors = [
        Door(
            household_id=household_id,
            village_id=draw(st.sampled_from(VILLAGES)),
            lat=draw(COORDINATES),
            lon=round(draw(COORDINATES) + 80, 3),
            people=draw(st.integers(1, 9)),
            reason=draw(MAYBE_TEXT),
            jar_l=draw(st.none() | st.integers(50, 200)),
            stock_l=draw(st.integers(0, 50)),
            l_per_day=draw(st.none() | st.integers(0, 200).map(lambda x: x / 2)),
            windows=draw(windows()),
            keeper=draw(st.sampled_from(["", *(p.person_id for p in people)])),
        )
        for household_id in _some("H", draw)
    ]
    return WaterPeople(people=tuple(people), doors=tuple(doors))


@st.composite
def windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1400), max_size=4)))
    return tuple(
        TimeWindow(early * 60, late * 60)
        for early, late in zip(edges[::2], edges[1::2], strict=False)
    )
