"""All files of a dispatch of the water, with its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.files.water.write import write_water

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.words.words import Words


def write_all_water(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    out: Path,
    t: Words,
) -> list[Path]:
    """
    Write tables, workbook, map, papers, personal lists and ``water.json``.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who is on duty; None: nothing personal is written.
    out
        The folder, which exists.
    t
        Words of the language of what people read.
    """
    from dispatch.maps.water import water_map  # a quarter of a second

    page = water_map(scenario, dispatch, t.lang)
    return write_water(scenario, dispatch, duty, out, t.lang, page=page)
