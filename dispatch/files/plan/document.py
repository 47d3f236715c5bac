"""
The form of ``plan.json``: read, written and published from one model.

``docs/plan.schema.json`` is made of it; docs/PLAN.md says what the fields mean.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dispatch.model.plan import PLAN_FORMAT, Ended, Reason, Status, StopKind

#: Two days of seconds: no stop of a day lies later.
LAST_S: Final = 172_800
MAX_LITRES: Final = 10**12
#: Kind of an error of ours, beside those of pydantic.
MISSING_WHOLE: Final = "missing_whole"


def _whole(value: Any) -> Any:
    """Take 5.0 for 5."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _quoted(value: Any) -> Any:
    """Take 5 for "5": an id that lost its quotation marks."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_whole else value


# Limits stand before the conversion: behind it they would not come into the schema.
Litres = Annotated[StrictInt, Field(ge=0, le=MAX_LITRES), BeforeValidator(_whole)]
Count = Annotated[StrictInt, Field(ge=0, le=MAX_LITRES), BeforeValidator(_whole)]
Seconds = Annotated[
    StrictInt,
    Field(ge=0, le=LAST_S, description="Whole seconds since midnight of the day."),
    BeforeValidator(_whole),
]
Bay = Annotated[StrictInt, Field(ge=1, le=10_000), BeforeValidator(_whole)]
NumStops = Annotated[StrictInt, Field(ge=0, le=100_000), BeforeValidator(_whole)]
Seed = Annotated[StrictInt, Field(ge=-(2**63), le=2**63), BeforeValidator(_whole)]
Text = Annotated[StrictStr, BeforeValidator(_quoted)]
Id = Annotated[StrictStr, Field(min_length=1), BeforeValidator(_quoted)]
Number = Annotated[StrictFloat, Field(allow_inf_nan=False)]
Date = Annotated[Text, WithJsonSchema({"type": "string", "format": "date"})]


class _Part(BaseModel):
    # Fields may be added within one format: readers pass over the unknown.
    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_null(cls, value: Any) -> Any:
        """Take null for what is left out."""
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if item is not None}
        return value


class BandLitres(_Part):
    """Litres by band of need, in the order in which bands are served."""

    facility: Litres = 0
    survival_vulnerable: Litres = 0
    survival: Litres = 0
    basic_vulnerable: Litres = 0
    basic: Litres = 0
    livestock: Litres = 0
    normal: Litres = 0


_NO_LITRES: Final = BandLitres()


class SolverPart(_Part):
    """How the plan was found."""

    name: Text = ""
    version: Text = ""
    seconds: Number = 0.0
    status: Status = "feasible"
    iterations: Count = 0
    travel: Text = ""
    ended: Ended | None = Field(default=None, description="Why the search ended.")


class StopPart(_Part):
    """One entry of a route."""

    kind: StopKind
    place_id: Id
    arrive_s: Seconds | None = None
    start_s: Seconds
    end_s: Seconds
    litres: Litres | None = Field(
        default=None,
        validate_default=True,
        description="Of fill and deliver, and needed there.",
    )
    bay: Bay | None = Field(
        default=None, description="Of a filling at a source with limited bays, from 1."
    )

    @field_validator("litres")
    @classmethod
    def _need_litres(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("kind") in ("fill", "deliver"):
            raise PydanticCustomError(MISSING_WHOLE, "a filling needs litres")
        return value


class RoutePart(_Part):
    """All stops of one truck in its shift, from depart to return."""

    truck_id: Id
    depot_id: Text = ""
    stops: tuple[StopPart, ...]


class CausePart(_Part):
    """A reason, and the litres that a village lacks because of it."""

    reason: Reason
    litres: Litres


class VillagePart(_Part):
    """What one village needs and gets."""

    village_id: Id
    need_l: BandLitres = _NO_LITRES
    served_l: BandLitres = _NO_LITRES
    delivered_l: Litres = 0
    shortage_l: Litres = 0
    reason: Reason | None = Field(
        default=None, description="What most of the shortage is due to."
    )
    causes: tuple[CausePart, ...] = ()


class TotalsPart(_Part):
    """Sums over all villages and routes."""

    served_l: BandLitres = _NO_LITRES
    need_l: BandLitres = _NO_LITRES
    delivered_l: Litres = 0
    driving_s: Count = 0
    driving_m: Count = 0


class BoundPart(_Part):
    """What no plan can exceed."""

    method: Text = ""
    served_l: BandLitres = _NO_LITRES
    total_l: Litres | None = None
    gap: Number = Field(default=0.0, description="(total_l - served) / total_l")


class NotePart(_Part):
    """What readers must know besides: a message by key and fields, and its text."""

    key: Text = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    text: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        """Take a text alone, as plans of earlier versions have it."""
        return {"text": value} if isinstance(value, str) else value


class DonePart(_Part):
    """How many of a truck's first stops were done or under way."""

    truck_id: Id
    stops: NumStops


class PipedPart(_Part):
    """What taps of a village give, by the plan of all the water."""

    village_id: Id
    litres: Litres


class PlanDocument(_Part):
    """The plan of a day; only the routes must be there."""

    format: Literal["water-dispatch-plan/1"] = PLAN_FORMAT
    scenario: Text | None = None
    date: Date | None = None
    seed: Seed = 0
    solver: SolverPart = SolverPart()
    routes: tuple[RoutePart, ...]
    villages: tuple[VillagePart, ...] = ()
    totals: TotalsPart = TotalsPart()
    bound: BoundPart | None = None
    notes: tuple[NotePart, ...] = ()
    done: tuple[DonePart, ...] = ()
    piped: tuple[PipedPart, ...] = ()


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``plan.json``, draft 2020-12."""
    schema: dict[str, Any] = _untitled(PlanDocument.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": PLAN_FORMAT,
        **schema,
    }


def _untitled(node: Any) -> Any:
    """Leave out titles, which say the names of fields again."""
    if isinstance(node, dict):
        return {
            key: _untitled(value)
            for key, value in node.items()
            if key != "title" or not isinstance(value, str)
        }
    return [_untitled(item) for item in node] if isinstance(node, list) else node
