"""Needs cut into pieces, since general solvers deliver a demand whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch.model.need import BANDS, needs_l

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch import Scenario


@dataclass(frozen=True, slots=True)
class Piece:
    """Litres for one village; ``band_l`` says which bands they serve."""

    village_idx: int
    litres: int
    band_l: tuple[int, ...]

    def prize(self, ratio: float) -> float:
        """Return litres weighted by band, the last band with 1, ``ratio`` apart."""
        last = len(self.band_l) - 1
        return sum(
            litres * ratio ** _steps(k, last) for k, litres in enumerate(self.band_l)
        )


def _steps(band: int, last: int) -> int:
    """Return by how many peer bands a band stands above the last one."""
    # Livestock does not occur among peers, so that it is no step of its own.
    livestock = BANDS.index("livestock")
    return last - band - (1 if band < livestock else 0)


def cut_needs(scenario: Scenario, piece_l: int) -> list[Piece]:
    """
    Return every village's need in pieces of at most ``piece_l`` litres.

    The last band is cut apart from the more urgent ones, unless one of the parts
    were smaller than the smallest visit. Pieces that mix the two were measured
    too: peers then leave urgent litres out or carry the last band's with them.
    """
    needs = needs_l(scenario)
    pieces = []
    for idx, village in enumerate(scenario.villages):
        bands = [needs[village.village_id][band] for band in BANDS]
        begin = 0
        for part in _parts(scenario, bands, village.free_storage_l):
            for low, high in _even_cuts(part, piece_l):
                band_l = _overlaps(bands, begin + low, begin + high)
                pieces.append(Piece(idx, high - low, band_l))
            begin += part
    return pieces


def _parts(scenario: Scenario, bands: list[int], room: int | None) -> list[int]:
    total = sum(bands) if room is None else min(sum(bands), room)
    urgent = min(total, sum(bands[:-1]))
    if min(urgent, total - urgent) < scenario.service.min_drop_l:
        return [total]
    return [urgent, total - urgent]


def _even_cuts(litres: int, piece_l: int) -> Iterator[tuple[int, int]]:
    count = -(-litres // piece_l)
    return (
        pairwise(litres * k // count for k in range(count + 1)) if count else iter(())
    )


def _overlaps(bands: list[int], low: int, high: int) -> tuple[int, ...]:
    """Return how many of the litres from ``low`` to ``high`` each band takes."""
    shares = []
    begin = 0
    for need in bands:
        shares.append(max(0, min(high, begin + need) - max(low, begin)))
        begin += need
    return tuple(shares)
