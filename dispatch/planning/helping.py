"""What would help a plan, as it is kept, and in words: litres and people first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dispatch.model.letters import truck_letters
from dispatch.model.need import BANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.need import Band
    from dispatch.model.scenario import Scenario
    from dispatch.planning.whatif import WhatIf
    from dispatch.words.words import Words

#: A line that is longer tells no reader more.
_MAX_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """
    A change of the means and what it adds.

    Attributes
    ----------
    kind, subject, amount
        As `planning.variants.Variant` has them.
    gain_l
        Litres per band against the best plan known of the day as it is.
    people
        People more who reach the basic standard.
    is_clear
        Whether runs with different seeds agree that it helps.
    """

    kind: str
    subject: str
    amount: float
    gain_l: Mapping[Band, int]
    people: int
    is_clear: bool

    @property
    def litres(self) -> int:
        """Litres more in all bands together."""
        return sum(self.gain_l.values())

    @property
    def is_gain(self) -> bool:
        """Whether it adds anything at all."""
        return any(self.gain_l.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Helps:
    """
    All changes that were tried, the most helpful first.

    Attributes
    ----------
    noise_l
        What equal runs differ by: a smaller gain may be luck.
    num_variants
        How many there were to try; fewer were, where somebody ended it early.
    """

    base_l: int
    base_people: int
    noise_l: int
    num_variants: int
    tried: tuple[Help, ...]

    @property
    def gains(self) -> list[Help]:
        """Those that add something."""
        return [each for each in self.tried if each.is_gain]

    @property
    def useless(self) -> list[Help]:
        """Those that add nothing."""
        return [each for each in self.tried if not each.is_gain]

    @property
    def num_left_out(self) -> int:
        """Changes that were not tried any more."""
        return max(0, self.num_variants - len(self.tried))


def default_seconds(scenario: Scenario) -> float:
    """Return a run time that gives every variant a second or two."""
    return min(600.0, max(30.0, len(scenario.villages) * 0.6))


def help_values(found: WhatIf) -> dict[str, Any]:
    """Return what would help as values of JSON."""
    return {
        "base_l": sum(found.base_l.values()),
        "base_people": found.base_people,
        "noise_l": found.noise_l,
        "num_variants": found.num_variants,
        "tried": [
            {
                "kind": effect.variant.kind,
                "subject": effect.variant.subject,
                "amount": float(effect.variant.amount),
                "gain_l": {band: effect.gain_l[band] for band in BANDS},
                "people": effect.gain_people,
                "is_clear": effect.is_clear,
            }
            for effect in found.effects
        ],
    }


def helps_from(values: Mapping[str, Any]) -> Helps:
    """Return what would help from values that `help_values` gave."""
    return Helps(
        base_l=values["base_l"],
        base_people=values["base_people"],
        noise_l=values["noise_l"],
        num_variants=values["num_variants"],
        tried=tuple(Help(**each) for each in values["tried"]),
    )


def change_text(
    scenario: Scenario, kind: str, subject: str, amount: float, t: Words
) -> str:
    """
    Return what is changed, in words.

    Parameters
    ----------
    scenario
        Gives names.
    kind, subject, amount
        Of the variant.
    t
        Words in the language of the reader.
    """
    name = _name(scenario, kind, subject)
    return t(f"whatif.{kind}", name=name, amount=f"{amount:,.0f}")


def _name(scenario: Scenario, kind: str, subject: str) -> str:
    name = scenario.label(subject)
    if kind == "truck":
        plate = scenario.plate(subject)
        name = " ".join(filter(None, (truck_letters(scenario).get(subject), plate)))
        name = name or subject
    elif kind == "source":
        for resting in scenario.resting:
            if getattr(resting.item, "source_id", None) == subject:
                name = getattr(resting.item, "name", subject) or subject
    elif kind == "limit":
        for limit in scenario.road_limits:
            if limit.limit_id == subject:
                name = f"{limit.limit_id} {limit.road} {limit.notes}".strip()
    line = " ".join(name.split())
    return line if len(line) <= _MAX_NAME else line[: _MAX_NAME - 1] + "…"


def gain_text(each: Help, t: Words) -> str:
    """
    Return what a change adds, in words: litres, then people.

    Parameters
    ----------
    each
        The change.
    t
        Words in the language of the reader.
    """
    if not each.is_gain:
        return t("whatif.adds_nothing")
    if each.litres > 0:
        parts = [t("whatif.more_litres", litres=f"{each.litres:,}")]
    else:
        # Bands go in order: water for the first one may cost more of a later one.
        band, litres = next((b, x) for b, x in each.gain_l.items() if x)
        parts = [
            t("whatif.more_of_band", band=t(f"band.{band}"), litres=f"{litres:,}"),
            t("whatif.less_in_all", litres=f"{-each.litres:,}"),
        ]
    if each.people > 0:
        parts.append(t("whatif.more_people", people=f"{each.people:,}"))
    elif each.people < 0:
        parts.append(t("whatif.fewer_people", people=f"{-each.people:,}"))
    else:
        parts.append(t("whatif.same_people"))
    text = t("whatif.and").join(parts)
    return text if each.is_clear else text + t("whatif.not_sure")


def help_line(scenario: Scenario, each: Help, t: Words) -> str:
    """
    Return a change with what it adds, as one sentence.

    Parameters
    ----------
    scenario
        Gives names.
    each
        The change.
    t
        Words in the language of the reader.
    """
    what = change_text(scenario, each.kind, each.subject, each.amount, t)
    return t("whatif.line", what=what, gain=gain_text(each, t))


def useless_line(scenario: Scenario, helps: Helps, t: Words) -> str:
    """
    Return which changes add nothing, as one sentence; empty where each helps.

    Parameters
    ----------
    scenario
        Gives names.
    helps
        All changes.
    t
        Words in the language of the reader.
    """
    names = [
        change_text(scenario, each.kind, each.subject, each.amount, t)
        for each in helps.useless
    ]
    if not names:
        return ""
    return t("whatif.nothing", names=t("unit.between").join(names))
