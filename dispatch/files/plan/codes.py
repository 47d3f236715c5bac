"""QR codes: made of links, and cut into boxes to be drawn."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

import segno

_DARK: Final = re.compile(b"\x01+")


@cache
def code_of(link: str) -> segno.QRCode:
    """Return the QR code of a link; a fixed mask spares trying all eight."""
    return segno.make(link, error="m", micro=False, mask=2)


@lru_cache(maxsize=512)
def dark_boxes(rows: tuple[bytes, ...]) -> list[tuple[int, int, int, int]]:
    """
    Return column, row, width and height of boxes that cover the dark modules.

    Runs of dark modules at once, and equal runs below each other: no hairlines
    between them, and a smaller file.
    """
    boxes = []
    open_runs: dict[tuple[int, int], int] = {}
    for row_idx, row in enumerate([*rows, bytes(len(rows))]):
        runs = {match.span() for match in _DARK.finditer(row)}
        for run in [run for run in open_runs if run not in runs]:
            first = open_runs.pop(run)
            boxes.append((run[0], first, run[1] - run[0], row_idx - first))
        for run in runs:
            open_runs.setdefault(run, row_idx)
    return boxes
