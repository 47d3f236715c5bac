"""Baidu's own Mercator (BD-09MC), as in the links of its map page."""

from __future__ import annotations

import math
from typing import Final

#: y of 60 degrees north; the published tables go on, but not over China.
MAX_Y_M: Final = 8_362_377.87
#: Least |y| in metres of each band below, the northernmost band first.
_FROM_Y_M: Final = (
    5_591_021.0,
    3_481_989.83,
    1_678_043.12,
    0.0,
)
#: Offset and factor of lon, six coefficients of lat from power 0 up, and the scale of
#: y: the tables of Baidu's JavaScript API (``MC2LL``), widely published. A test
#: compares them where bands meet, and with Mercator's formula.
_BANDS: Final = (
    (
        *(-3.030883460898826e-8, 0.00000898305509983578, 0.30071316287616),
        *(59.74293618442277, 7.357984074871, -25.38371002664745),
        *(13.45380521110908, -3.29883767235584, 0.32710905363475, 6856817.37),
    ),
    (
        *(-1.981981304930552e-8, 0.000008983055099779535, 0.03278182852591),
        *(40.31678527705744, 0.65659298677277, -4.44255534477492),
        *(0.85341911805263, 0.12923347998204, -0.04625736007561, 4482777.06),
    ),
    (
        *(3.09191371068437e-9, 0.000008983055096812155, 0.00006995724062),
        *(23.10934304144901, -0.00023663490511, -0.6321817810242),
        *(-0.00663494467273, 0.03430082397953, -0.00466043876332, 2555164.4),
    ),
    (
        *(2.890871144776878e-9, 0.000008983055095805407, -3.068298e-8),
        *(7.47137025468032, -0.00000353937994, -0.02145144861037),
        *(-0.00001234426596, 0.00010322952773, -0.00000323890364, 826088.5),
    ),
)


def mercator_to_bd09(*, x_m: float, y_m: float) -> tuple[float, float]:
    """
    Return (lat, lon) in BD-09 degrees of a point in Baidu's Mercator metres.

    Parameters
    ----------
    x_m
        Metres east of Greenwich.
    y_m
        Metres north of the equator; negative: south.

    Raises
    ------
    ValueError
        If the point lies beyond 60 degrees of latitude.
    """
    if abs(y_m) > MAX_Y_M:
        raise ValueError(f"y {y_m} m lies beyond 60 degrees")
    band = next(
        coefficients
        for from_y_m, coefficients in zip(_FROM_Y_M, _BANDS, strict=True)
        if abs(y_m) >= from_y_m
    )
    lon = band[0] + band[1] * abs(x_m)
    scaled = abs(y_m) / band[9]
    lat = sum(factor * scaled**power for power, factor in enumerate(band[2:9]))
    return math.copysign(lat, y_m), math.copysign(lon, x_m)
