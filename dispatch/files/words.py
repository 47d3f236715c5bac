"""Chinese words on paper and in the workbook for bands, reasons and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dispatch.need import Band
    from dispatch.plan import Reason, StopKind

BAND_ZH: Final[dict[Band, str]] = {
    "facility": "卫生院学校",
    "survival_vulnerable": "特殊人群生存",
    "survival": "生存",
    "basic_vulnerable": "特殊人群基本",
    "basic": "基本",
    "livestock": "牲畜",
    "normal": "正常",
}
REASON_ZH: Final[dict[Reason, str]] = {
    "no_road": "没有路可到",
    "truck_too_big": "车太大进不去",
    "no_potable_water": "没有可饮用的水能送到",
    "truck_too_small": "车罐小于最小卸水量",
    "slow_pump": "水源出水太慢",
    "too_far": "路太远，一班内来回不了",
    "tank_full": "水池装不下",
    "visit_limit": "送水次数到上限",
    "below_smallest_visit": "余量不足一次最小卸水量",
    "window_closed": "收水时间不够",
    "source_closed": "水源开放时间不够",
    "source_dry": "水源不够",
    "bay_queue": "装水口排队",
    "fleet_busy": "车辆不够",
}
STOP_ZH: Final[dict[StopKind, str]] = {
    "depart": "出车",
    "fill": "装水",
    "deliver": "送水",
    "break": "休息",
    "return": "收车",
}
