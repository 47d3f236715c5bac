"""Units of water in canals and on fields, and what they are in those of the columns."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_ONE: Final = Decimal(1)
#: 1 mm on 1 mu (666.67 m2) is two thirds of a cubic metre.
_M3_PER_MU_MM: Final = Decimal(2) / Decimal(3)

_M3: Final = {
    **dict.fromkeys(("m3", "m^3", "方", "立方", "立方米", "t", "吨"), _ONE),
    **dict.fromkeys(("l", "升"), Decimal("0.001")),
}
_HOURS_OF: Final = {
    **dict.fromkeys(("h", "小时", "时", "hour"), _ONE),
    **dict.fromkeys(("min", "分", "分钟", "minute"), _ONE / 60),
    **dict.fromkeys(("s", "秒"), _ONE / 3600),
}
_M3_PER_H: Final = {
    f"{volume}/{time}": m3 / hours
    for volume, m3 in _M3.items()
    for time, hours in _HOURS_OF.items()
}

#: Factor of every unit to the unit of the column, by kind.
WATER_UNITS: Final[dict[str, dict[str, Decimal]]] = {
    "m3": _M3,
    "m3_per_h": _M3_PER_H,
    # The day itself is left out of a unit: 方/天 comes as 方.
    "m3_per_d": {**_M3, **{unit: rate * 24 for unit, rate in _M3_PER_H.items()}},
    "mu": {
        **dict.fromkeys(("亩", "mu"), _ONE),
        **dict.fromkeys(("ha", "公顷"), Decimal(15)),
    },
    "mm": {
        **dict.fromkeys(("mm", "毫米"), _ONE),
        **dict.fromkeys(("cm", "厘米"), Decimal(10)),
    },
    "m3_per_mu": {
        **dict.fromkeys(("m3/亩", "方/亩", "立方/亩", "吨/亩", "m3/mu"), _ONE),
        **dict.fromkeys(("mm", "毫米"), _M3_PER_MU_MM),
    },
    "km": {
        **dict.fromkeys(("km", "公里", "千米"), _ONE),
        **dict.fromkeys(("m", "米"), Decimal("0.001")),
        "里": Decimal("0.5"),
    },
    "hours": {
        **_HOURS_OF,
        **dict.fromkeys(("d", "天", "日"), Decimal(24)),
    },
    "days": {
        **dict.fromkeys(("d", "天", "日", "days", "工日"), _ONE),
        **dict.fromkeys(("h", "小时"), _ONE / 24),
    },
    "kw": {
        **dict.fromkeys(("kw", "千瓦"), _ONE),
        **dict.fromkeys(("w", "瓦"), Decimal("0.001")),
        "马力": Decimal("0.7355"),
    },
    "kwh_per_h": dict.fromkeys(("kwh/h", "度/小时", "kw", "千瓦"), _ONE),
    "kg_per_mu": {
        **dict.fromkeys(("kg/亩", "公斤/亩", "kg/mu"), _ONE),
        "斤/亩": Decimal("0.5"),
    },
    "share": {"%": Decimal("0.01")},
    "celsius": dict.fromkeys(("°c", "c", "度", "摄氏度", "℃"), _ONE),
    "m_per_s": {
        **dict.fromkeys(("m/s", "米/秒"), _ONE),
        "km/h": _ONE / Decimal("3.6"),
    },
}
