"""A plan of all the water as tables: one file a subject, one row a line of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dispatch.atomic import write_text
from dispatch.files.plan.tables import to_csv
from dispatch.files.water.plan_file import WATER_JSON, water_plan_to_json
from dispatch.model.need import BANDS
from dispatch.water.releases import releases_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dispatch.files.plan.tables import Rows
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan


def moment_text(plan: WaterPlan, hour: float) -> str:
    """
    Return date and clock of an hour of a plan, to the minute.

    Parameters
    ----------
    plan
        Gives the first day.
    hour
        Hours since its midnight.
    """
    midnight = dt.datetime.combine(plan.first_day, dt.time())
    moment = midnight + dt.timedelta(minutes=round(60 * hour))
    return moment.strftime("%Y-%m-%d %H:%M")


def _date(plan: WaterPlan, day: int) -> str:
    return (plan.first_day + dt.timedelta(days=day)).isoformat()


def water_tables(
    network: WaterNetwork, plan: WaterPlan
) -> dict[str, tuple[Sequence[str], Rows]]:
    """
    Return header and rows of every table, by name.

    Parameters
    ----------
    network
        Gives names.
    plan
        The plan.
    """
    nodes, zones = network.node_by_id, {z.zone_id: z for z in network.zones}
    releases: Rows = [
        [
            r.canal_id,
            network.canal_by_id[r.canal_id].name,
            nodes[r.node_id].name,
            moment_text(plan, r.from_h),
            moment_text(plan, r.until_h),
            round(r.m3_per_h, 1),
            round(r.m3_per_h * (r.until_h - r.from_h), 1),
        ]
        for r in releases_of(network, plan)
    ]
    canals: Rows = [
        [
            run.canal_id,
            network.canal_by_id[run.canal_id].name,
            moment_text(plan, run.from_h),
            moment_text(plan, run.until_h),
            round(run.head_m3_per_h, 1),
            round(run.head_m3, 1),
            round(run.wetting_m3, 1),
            round(run.end_m3, 1),
        ]
        for run in plan.canals
    ]
    pumps: Rows = [
        [
            run.pump_id,
            run.lift_id,
            _date(plan, run.day),
            round(run.hours, 2),
            round(run.m3, 1),
            "yes" if run.moved else "no",
            None if run.fuel_l is None else round(run.fuel_l, 1),
            None if run.kwh is None else round(run.kwh, 1),
        ]
        for run in plan.pumps
    ]
    plants: Rows = [
        [r.plant_id, _date(plan, r.day), round(r.hours, 2), r.raw_m3, r.treated_m3]
        for r in plan.plants
    ]
    supply: Rows = [
        [
            row.zone_id,
            zones[row.zone_id].name,
            _date(plan, row.day),
            round(row.into_m3, 2),
            round(row.filling_m3, 2),
            *(row.served_l[band] for band in BANDS),
            row.shortage_l,
        ]
        for row in plan.zones
    ]
    fields: Rows = [
        [
            row.field_id,
            network.field_by_id[row.field_id].village_id,
            _date(plan, row.day),
            round(row.field_m3, 1),
            round(row.head_m3, 1),
        ]
        for row in plan.fields
    ]
    stores: Rows = [
        [
            row.node_id,
            nodes[row.node_id].name,
            _date(plan, row.day),
            *(
                round(value, 1)
                for value in (
                    *(row.start_m3, row.inflow_m3, row.in_m3, row.loss_m3),
                    *(row.out_m3, row.trucks_m3, row.overflow_m3, row.end_m3),
                    row.floor_m3,
                )
            ),
        ]
        for row in plan.stores
    ]
    lost: Rows = [
        [
            row.field_id,
            "yes" if row.critical else "no",
            round(row.need_m3, 1),
            round(row.field_m3, 1),
            None if row.lost_kg is None else round(row.lost_kg, 1),
        ]
        for row in plan.outcomes
    ]
    goals: Rows = [
        [row.goal, row.unit, row.value, row.bound, row.gap] for row in plan.goals
    ]
    short: Rows = [
        [row.object_id, row.band, round(row.m3, 2), cause.reason, round(cause.m3, 2)]
        for row in plan.shortages
        for cause in row.causes
    ]
    flow = ("from", "until", "m3_per_h")
    return {
        "releases": (("canal_id", "name", "node", *flow, "m3"), releases),
        "canal_runs": (
            ("canal_id", "name", *flow, "head_m3", "wetting_m3", "end_m3"),
            canals,
        ),
        "pump_runs": (
            (
                *("pump_id", "lift_id", "date", "hours", "m3"),
                *("moved", "fuel_l", "kwh"),
            ),
            pumps,
        ),
        "plant_runs": (("plant_id", "date", "hours", "raw_m3", "treated_m3"), plants),
        "zone_days": (
            (
                *("zone_id", "name", "date", "into_m3", "filling_m3"),
                *(f"{band}_l" for band in BANDS),
                "shortage_l",
            ),
            supply,
        ),
        "field_days": (
            ("field_id", "village_id", "date", "field_m3", "head_m3"),
            fields,
        ),
        "stocks": (
            (
                *("node_id", "name", "date", "start_m3", "inflow_m3", "in_m3"),
                *("loss_m3", "out_m3", "trucks_m3", "overflow_m3", "end_m3"),
                "floor_m3",
            ),
            stores,
        ),
        "harvest": (("field_id", "critical", "need_m3", "field_m3", "lost_kg"), lost),
        "goals": (("goal", "unit", "value", "bound", "gap"), goals),
        "shortages": (("object_id", "band", "m3", "reason", "reason_m3"), short),
    }


def write_water_plan(network: WaterNetwork, plan: WaterPlan, out: Path) -> list[Path]:
    """
    Write ``water.json`` and its tables; return the files.

    Parameters
    ----------
    network
        Gives names.
    plan
        The plan.
    out
        The folder, which exists.
    """
    written = [write_text(out / WATER_JSON, water_plan_to_json(plan))]
    for name, (header, rows) in water_tables(network, plan).items():
        # Spreadsheets take a file for UTF-8 only with this mark.
        text = "\ufeff" + to_csv(header, rows)
        written.append(write_text(out / "water" / f"{name}.csv", text))
    return written
