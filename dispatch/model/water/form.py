"""The drought form: figures that officials report, each with the rows it is of."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations of kept forms
from dataclasses import dataclass
from typing import Final, Literal, get_args

from dispatch.model.water.guards import require

#: What is reported: who and what suffers, and what is done against it.
FormKey = Literal[
    "people_short",
    "animals_short",
    "area_drought",
    "area_light",
    "area_heavy",
    "area_dead",
    "area_rice",
    "area_irrigable",
    "area_unsurveyed",
    "people_on_duty",
    "pumps",
    "trucks",
    "electricity",
    "fuel",
    "water_released",
    "water_lifted",
    "area_irrigated",
    "works_money",
]
FORM_KEYS: Final[tuple[FormKey, ...]] = get_args(FormKey)

FormUnit = Literal["people", "head", "mu", "pumps", "trucks", "kwh", "l", "m3", "yuan"]

FORM_UNITS: Final[dict[FormKey, FormUnit]] = {
    "people_short": "people",
    "animals_short": "head",
    "area_drought": "mu",
    "area_light": "mu",
    "area_heavy": "mu",
    "area_dead": "mu",
    "area_rice": "mu",
    "area_irrigable": "mu",
    "area_unsurveyed": "mu",
    "people_on_duty": "people",
    "pumps": "pumps",
    "trucks": "trucks",
    "electricity": "kwh",
    "fuel": "l",
    "water_released": "m3",
    "water_lifted": "m3",
    "area_irrigated": "mu",
    "works_money": "yuan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """
    A row that a figure is added from.

    Attributes
    ----------
    table
        Table of the tables of the water, or list of the dispatch.
    row_id
        Id of its object.
    day
        Day of the plan from 0; None: of all days, or of none.
    """

    table: str
    row_id: str
    value: float
    day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFigure:
    """
    One figure of the form.

    Attributes
    ----------
    value
        Sum of its rows; None: nothing says it, and somebody fills it in.
    since, at
        What holds at a moment has no start; what is done has one.
    """

    key: FormKey
    value: float | None
    unit: FormUnit
    at: dt.datetime
    since: dt.datetime | None = None
    rows: tuple[FormRow, ...] = ()

    def __post_init__(self) -> None:
        """Guard that time goes on, and that nothing unknown has rows."""
        require(self.since is None or self.since < self.at, f"{self.key}: no time")
        require(self.value is not None or not self.rows, f"{self.key}: rows of nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class DroughtForm:
    """The form of some days; nobody is named in it."""

    first_day: dt.date
    num_days: int
    figures: tuple[FormFigure, ...]

    def figure(self, key: FormKey) -> FormFigure | None:
        """Return the figure of a key; None: the form lacks it."""
        return next((figure for figure in self.figures if figure.key == key), None)
