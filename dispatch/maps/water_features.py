"""Canals, pumps, stores, fields and zones as GeoJSON; every text in it is safe."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from dispatch.maps.encode import safe
from dispatch.maps.lines import chevrons
from dispatch.maps.pen import Feature, Layer, Pen
from dispatch.model.need import BANDS
from dispatch.units import format_clock
from dispatch.water.turn_rows import watered_mu

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Point
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.canals import Canal
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import CanalRun, PumpRun
    from dispatch.words.words import Words

#: Looks of canals; running ones are as wide as the flow of the day.
RUNNING: Final = "#1467B3"
DRY: Final = "#8A8A8A"
BROKEN: Final = "#B3261E"
LIFT: Final = "#5B2C83"
_BROKEN_DASHES: Final = "4 7"
_LIFT_DASHES: Final = "3 7"
_WIDTHS: Final = (3.5, 10.0)
#: Fields at one outlet stand beside each other, degrees apart.
_BESIDE: Final = 0.0022
#: Least share of each class but the last.
SHARES: Final = (("full", 0.995), ("most", 0.5), ("some", 0.005), ("none", 0.0))


def share_class(share: float) -> str:
    """Return the class of a share of what is needed: full, most, some, none."""
    return next(name for name, least in SHARES if share >= least)


class WaterFeatures:
    """
    The layers of one map.

    Parameters
    ----------
    scenario
        Gives names and places of villages.
    network
        Its tables of the water.
    dispatch
        Days and hours; nobody is named in it.
    t
        Words in the language of the reader.
    """

    def __init__(
        self,
        scenario: Scenario,
        network: WaterNetwork,
        dispatch: WaterDispatch,
        t: Words,
    ) -> None:
        self.scenario, self.network, self.t = scenario, network, t
        self.dispatch, self.plan = dispatch, dispatch.plan
        self._pen = Pen("wgs84")
        self._at: dict[str, Point] = {
            node.node_id: (node.lat, node.lon) for node in network.nodes
        }
        self._max_flow = max((run.head_m3_per_h for run in self.plan.canals), default=1)

    def bounds(self) -> tuple[Point, Point]:
        """Return the south-west and north-east corners as (lat, lon)."""
        piped = {label for zone in self.network.zones for label in zone.village_ids}
        points = [
            *self._at.values(),
            *(
                (village.lat, village.lon)
                for village in self.scenario.all_villages
                if village.village_id in piped
            ),
        ]
        # A network of nothing still needs somewhere to look at: Hunan.
        lats, lons = zip(*(points or [(28.0, 112.0)]), strict=True)
        return (min(lats), min(lons)), (max(lats), max(lons))

    def labels(self) -> list[list[float]]:
        """Return lat, lon and letters of the names of all places."""
        return [
            [round(node.lat, 5), round(node.lon, 5), len(node.name)]
            for node in self.network.nodes
        ]

    # --- a day ---------------------------------------------------------------

    def day(self, day: int) -> Layer:
        """Return the canals and pumps of a day; the first is shown at first."""
        date = self.plan.first_day + dt.timedelta(days=day)
        features: list[Feature] = []
        runs = {run.canal_id: run for run in self.plan.canals if run.day == day}
        for canal in self.network.canals:
            features += self._canal(canal, runs.get(canal.canal_id))
        for lift in self.network.lifts:
            own = [
                run
                for run in self.plan.pumps
                if (run.lift_id, run.day) == (lift.lift_id, day)
            ]
            line = [self._at[lift.from_node], self._at[lift.to_node]]
            colour = LIFT if own else DRY
            style = {"color": colour, "weight": 4, "dashArray": _LIFT_DASHES}
            popup = self._lift_popup(lift.name, lift.head_m, own)
            features.append(
                self._pen.line(line, style=style, tip=safe(lift.name), popup=popup)
            )
            if own:
                features += self._arrows(line, colour)
                middle = tuple((a + b) / 2 for a, b in zip(*line, strict=True))
                sign = self.t("water_map.pump_sign")
                icon = f'<span class="wd-pump">{safe(sign)}{len(own)}</span>'
                features.append(
                    self._pen.point(
                        *middle, icon=icon, tip=safe(lift.name), popup=popup
                    )
                )
        name = safe(self.t("water_map.day", date=f"{date:%m-%d}"))
        return Layer(name, features, is_shown=day == 0)

    def _canal(self, canal: Canal, run: CanalRun | None) -> list[Feature]:
        t = self.t
        line = [self._at[canal.from_node], self._at[canal.to_node]]
        lines = [t(f"water_map.state_{canal.state}")]
        if run is not None:
            flow = run.head_m3_per_h
            low, high = _WIDTHS
            width = low + (high - low) * math.sqrt(flow / self._max_flow)
            style: dict[str, Any] = {"color": RUNNING, "weight": round(width, 1)}
            lines += [
                t("water_map.flow", flow=flow, m3_s=flow / 3600),
                t(
                    "water_map.open",
                    start=self._clock(run.from_h, run.day),
                    end=self._clock(run.until_h, run.day),
                ),
                t("water_map.amounts", head=run.head_m3, end=run.end_m3),
            ]
        else:
            style = {"color": DRY, "weight": 3}
            lines.append(t("water_map.dry"))
        if canal.state == "broken":
            style = {"color": BROKEN, "weight": 4, "dashArray": _BROKEN_DASHES}
        popup = _popup(canal.name, lines)
        features = [
            self._pen.line(line, style=style, tip=safe(canal.name), popup=popup)
        ]
        if run is not None:
            features += self._arrows(line, "#FFFFFF")
        return features

    def _arrows(self, line: list[Point], colour: str) -> list[Feature]:
        style = {"color": colour, "weight": 2.5}
        return [self._pen.line(head, style=style) for head in chevrons(line)]

    def _clock(self, hour: float, day: int) -> str:
        """Return date and clock of an hour; on its own day the clock alone."""
        whole_s = round(hour * 60) * 60
        if whole_s // 86400 == day:
            return format_clock(whole_s % 86400)
        date = self.plan.first_day + dt.timedelta(days=whole_s // 86400)
        return f"{date:%m-%d} {format_clock(whole_s % 86400)}"

    def _lift_popup(self, name: str, head_m: float, runs: list[PumpRun]) -> str:
        t = self.t
        lines = [t("water_map.lift", head=head_m)]
        for run in runs:
            pump = self.network.pump_by_id.get(run.pump_id)
            shown = run.pump_id if pump is None else pump.name
            lines.append(t("water_map.pumping", pump=shown, hours=run.hours, m3=run.m3))
        return _popup(name, lines if runs else [*lines, t("water_map.idle")])

    # --- what stays ----------------------------------------------------------

    def stores(self) -> Layer:
        """Return stores with their stock, and the other places as dots."""
        t = self.t
        days = defaultdict(list)
        for row in self.plan.stores:
            days[row.node_id].append(row)
        features = []
        for node in self.network.nodes:
            store = self.network.store_by_node.get(node.node_id)
            if store is None:
                icon = '<span class="wd-node"></span>'
                features.append(
                    self._pen.point(
                        node.lat,
                        node.lon,
                        icon=icon,
                        label=safe(node.name),
                        tip=safe(node.name),
                    )
                )
                continue
            lines = [t("water_map.capacity", m3=store.capacity_m3)]
            for row in days[node.node_id]:
                date = self.plan.first_day + dt.timedelta(days=row.day)
                lines.append(
                    t(
                        "water_map.stock",
                        date=f"{date:%m-%d}",
                        m3=row.end_m3,
                        floor=row.floor_m3,
                    )
                )
            sign = safe(t("water_map.store_sign"))
            features.append(
                self._pen.point(
                    node.lat,
                    node.lon,
                    icon=f'<span class="wd-store">{sign}</span>',
                    label=safe(node.name),
                    tip=safe(node.name),
                    popup=_popup(node.name, lines),
                )
            )
        return Layer(safe(t("water_map.stores")), features)

    def fields(self) -> Layer:
        """Return field blocks by the share of their need that they get."""
        t = self.t
        outcomes = {row.field_id: row for row in self.plan.outcomes}
        watered = watered_mu(self.network, self.plan)
        at_node: defaultdict[str, int] = defaultdict(int)
        features = []
        for block in self.network.fields:
            lat, lon = self._at[block.node_id]
            place = at_node[block.node_id] + 1
            at_node[block.node_id] = place
            outcome = outcomes.get(block.field_id)
            village = self.scenario.labels.get(block.village_id, block.village_id)
            lines = [
                village,
                t("water_map.crop", crop=block.crop, stage=block.stage),
                t("water_map.area", mu=block.area_mu),
            ]
            share = 1.0
            if outcome is not None and outcome.need_m3 > 0:
                share = min(1.0, outcome.field_m3 / outcome.need_m3)
                need, given = outcome.need_m3, outcome.field_m3
                lines.append(t("water_map.gets", m3=given, need=need))
                mu = watered.get(block.field_id, 0.0)
                lines.append(t("water_map.watered", mu=mu))
            grade = block.grade or "unknown"
            lines.append(t(f"water_map.grade_{grade}"))
            if block.surveyed_at is not None and block.surveyed_at.date is not None:
                lines.append(
                    t(
                        "water_map.surveyed",
                        who=block.surveyed_by,
                        date=block.surveyed_at.date.isoformat(),
                    )
                )
            name = f"{block.group} {block.field_id}".strip()
            features.append(
                self._pen.point(
                    lat - _BESIDE * place,
                    lon,
                    icon=_share_icon("field", share),
                    tip=safe(name),
                    popup=_popup(name, lines),
                )
            )
        return Layer(safe(t("water_map.fields")), features)

    def zones(self) -> Layer:
        """Return the villages of piped zones by the share of their need served."""
        t = self.t
        need: defaultdict[str, int] = defaultdict(int)
        served: defaultdict[str, int] = defaultdict(int)
        for row in self.plan.zones:
            need[row.zone_id] += sum(row.need_l[band] for band in BANDS)
            served[row.zone_id] += sum(row.served_l[band] for band in BANDS)
        villages = {v.village_id: v for v in self.scenario.all_villages}
        features = []
        for zone in self.network.zones:
            whole = need[zone.zone_id]
            share = served[zone.zone_id] / whole if whole else 1.0
            lines = [
                zone.name,
                t("water_map.people", people=zone.people),
                t(
                    "water_map.served",
                    m3=served[zone.zone_id] / 1000,
                    need=whole / 1000,
                ),
            ]
            for village in (villages[v] for v in zone.village_ids if v in villages):
                features.append(
                    self._pen.point(
                        village.lat,
                        village.lon,
                        icon=_share_icon("zone", share),
                        label=safe(village.name),
                        tip=safe(f"{zone.name} {village.name}"),
                        popup=_popup(village.name, lines),
                    )
                )
        return Layer(safe(t("water_map.zones")), features)


def _share_icon(kind: str, share: float) -> str:
    """Return the sign of a share; 100 % means all of it."""
    name = share_class(share)
    percent = 100 if name == "full" else min(99, math.floor(share * 100))
    return f'<span class="wd-share wd-{kind} wd-{name}">{percent}&#37;</span>'


def _popup(name: str, lines: Iterable[str]) -> str:
    rows = "<br>".join(safe(line) for line in lines)
    return f"<b>{safe(name)}</b><br>{rows}"
