"""Notices in words: on paper, for the loudspeaker, and as one message of a phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from dispatch.files.water.notice_parts import (
    MAX_S,
    MAX_SIGNS,
    Part,
    date_blanks,
    date_text,
    days_text,
    needs_text,
    reading_s,
    shortened,
    slots_text,
    spoken_clock,
)
from dispatch.model.water.notices import NOTICE_KEYS
from dispatch.units import DAY_S, format_clock
from dispatch.words.words import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.hours import Span
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.told import (
        FieldTurn,
        OtherWater,
        SupplyNotice,
        TurnNotice,
        WaterNotices,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTexts:
    """
    A notice in one language.

    Attributes
    ----------
    object_id
        Zone or village that it is for.
    name
        What that is called.
    paragraphs
        Of the paper, by their place.
    signature
        Issuer and date.
    loud, loud_s
        What is read out, and how long that takes.
    short
        One message.
    """

    object_id: str
    name: str
    title: str
    to: str
    paragraphs: tuple[str, ...]
    signature: str
    loud: str
    loud_s: int
    short: str


class NoticeWriter:
    """
    Writes the notices of a dispatch in one language.

    Parameters
    ----------
    scenario
        With tables of the water.
    t
        Words in the language of the reader.
    issued_on
        Date of the notices; None: a blank to fill in.
    """

    def __init__(
        self, scenario: Scenario, t: Words, *, issued_on: dt.date | None = None
    ) -> None:
        self.scenario, self.t, self.issued_on = scenario, t, issued_on
        network = scenario.water
        if network is None:
            raise ValueError("notices of no water")
        self.network: WaterNetwork = network
        self.zones = {zone.zone_id: zone for zone in network.zones}
        self.texts = {text.key: text.text(t.lang) for text in network.notices}
        self.between = "" if t.lang == "zh" else " "

    def all(self, notices: WaterNotices) -> tuple[NoticeTexts, ...]:
        """Return all notices, those of zones first."""
        return (
            *(self.supply(notice) for notice in notices.supply),
            *(self.turns(notice) for notice in notices.turns),
        )

    # --- piped zones ---------------------------------------------------------

    def supply(self, notice: SupplyNotice) -> NoticeTexts:
        """Return the notice of a zone."""
        t, zone = self.t, self.zones[notice.zone_id]
        labels = self.scenario.labels
        villages = t("unit.items").join(
            labels.get(label, label) for label in notice.village_ids
        )
        most = len(notice.slots)
        loud = self._fitted(partial(self._loud_supply, notice), most, self._is_loud)
        short = self._fitted(partial(self._short_supply, notice), most, self._is_short)
        kind = "supply" if notice.is_limited else "open"
        return NoticeTexts(
            object_id=notice.zone_id,
            name=zone.name,
            title=t(f"water_notice.title_{kind}"),
            to=t("water_notice.to_zone", zone=zone.name, villages=villages),
            paragraphs=tuple(self._supply_paragraphs(notice)),
            signature=self._signature(),
            loud=loud,
            loud_s=reading_s(loud, t.lang),
            short=short,
        )

    def _supply_paragraphs(self, notice: SupplyNotice) -> list[str]:
        t = self.t
        lines = [self._slots(notice), self._period(notice)]
        if notice.is_limited:
            lines[1:1] = self._limits(notice)
            lines += [self._why(), self._approval(notice)]
        lines.append(self._needs(notice))
        advice = [t(f"water_notice.advice_{number}") for number in ("1", "2", "3")]
        lines += [self.between.join(advice), *self._own(), self._phone()]
        return [line for line in lines if line]

    def _limits(self, notice: SupplyNotice) -> list[str]:
        """Return what a zone that is shut at times must know."""
        t = self.t
        lines = []
        if notice.closed_s:
            hours = f"{notice.closed_s / 3600:.3g}"
            lines.append(t("water_notice.off", hours=hours))
        if notice.fill_s and notice.closed_s:
            minutes = -(-notice.fill_s // 60)
            lines.append(t("water_notice.low_pressure", minutes=minutes))
        if notice.is_high:
            lines.append(t("water_notice.high"))
        if notice.closed_s:
            lines += [t("water_notice.store"), t("water_notice.cloudy")]
        return lines

    def _slots(self, notice: SupplyNotice) -> str:
        slots = slots_text(notice.slots, notice.first_day, notice.num_days, self.t)
        return self.t("water_notice.slots", slots=slots)

    def _period(self, notice: SupplyNotice | TurnNotice) -> str:
        t = self.t
        first = date_text(notice.first_day, 0, t, year=True)
        last = date_text(notice.first_day, notice.num_days - 1, t, year=True)
        return t("water_notice.period", first=first, last=last)

    def _why(self) -> str:
        usual = self.t("water_notice.reason_usual")
        reason = (self.texts.get("reason") or usual).rstrip("。.")
        return self.t("water_notice.why", reason=reason)

    def _approval(self, notice: SupplyNotice) -> str:
        """Return the place of the approval; what is not known is a blank to fill."""
        if notice.approval is None:
            return ""
        blank = self.t("water_notice.blank")
        own, texts = notice.approval, self.texts
        number = texts.get("approval_number", own.number) if own.number else blank
        by = texts.get("approved_by", own.approved_by) if own.approved_by else blank
        return self.t("water_notice.approval", number=number, by=by)

    def _needs(self, notice: SupplyNotice) -> str:
        t = self.t
        parts = []
        if notice.cut:
            parts.append(t("water_notice.cut", needs=needs_text(notice.cut, t)))
        if notice.is_limited:
            parts.append(t("water_notice.stopped"))
        if notice.kept:
            parts.append(t("water_notice.kept", needs=needs_text(notice.kept, t)))
        return self.between.join(parts)

    def _loud_supply(self, notice: SupplyNotice, most: int) -> list[Part]:
        t, zone = self.t, self.zones[notice.zone_id]
        slots = slots_text(
            notice.slots[:most], notice.first_day, notice.num_days, t, is_spoken=True
        )
        is_off = bool(notice.closed_s)
        cut = needs_text(notice.cut, t)
        kept = needs_text(notice.kept, t)
        return [
            Part(t("water_notice.loud_slots", zone=zone.name, slots=slots)),
            Part(t("water_notice.loud_later") if most < len(notice.slots) else ""),
            Part(t("water_notice.loud_off") if is_off else "", 7),
            Part(self._period(notice), 6),
            Part(t("water_notice.loud_store") if is_off else "", 8),
            Part(t("water_notice.loud_cloudy") if is_off else "", 5),
            Part(t("water_notice.cut", needs=cut) if cut else "", 4),
            Part(t("water_notice.kept", needs=kept) if kept else "", 3),
            Part(self._why() if notice.is_limited else "", 2),
            Part(t("water_notice.loud_advice"), 1),
            Part(self._phone(), 10),
            Part(t("water_notice.loud_issuer", issuer=self._issuer()), 9),
        ]

    def _short_supply(self, notice: SupplyNotice, most: int) -> list[Part]:
        t, zone = self.t, self.zones[notice.zone_id]
        slots = slots_text(notice.slots[:most], notice.first_day, notice.num_days, t)
        is_off = bool(notice.closed_s)
        title = f"{zone.name}{t('water_notice.colon')}"
        return [
            Part(title + t("water_notice.slots", slots=slots)),
            Part(t("water_notice.loud_later") if most < len(notice.slots) else ""),
            Part(self._period(notice), 5),
            Part(t("water_notice.loud_store") if is_off else "", 6),
            Part(t("water_notice.loud_cloudy") if is_off else "", 4),
            Part(self._needs(notice), 2),
            Part(self._why() if notice.is_limited else "", 3),
            Part(t("water_notice.loud_advice"), 1),
            Part(self._phone(), 8),
            Part(self._issuer() + t("water_notice.stop"), 7),
        ]

    # --- fields --------------------------------------------------------------

    def turns(self, notice: TurnNotice) -> NoticeTexts:
        """Return the notice of a village with fields."""
        t = self.t
        village = self.scenario.label(notice.village_id)
        most = len(notice.turns)
        loud = self._fitted(partial(self._loud_turns, notice), most, self._is_loud)
        short = self._fitted(partial(self._short_turns, notice), most, self._is_short)
        kind = "turns" if notice.turns else "fields"
        lines = [self._turn(turn, notice) for turn in notice.turns]
        lines += [self._other(water, notice) for water in notice.other]
        lines.append(self._dry(notice, "water_notice.dry"))
        if notice.turns:
            lines.append(t("water_notice.turn_keep"))
        lines += [self._period(notice), *self._own(), self._phone()]
        return NoticeTexts(
            object_id=notice.village_id,
            name=village,
            title=t(f"water_notice.title_{kind}"),
            to=t("water_notice.to_village", village=village),
            paragraphs=tuple(line for line in lines if line),
            signature=self._signature(),
            loud=loud,
            loud_s=reading_s(loud, t.lang),
            short=short,
        )

    def _turn(self, turn: FieldTurn, notice: TurnNotice) -> str:
        block = self.network.field_by_id[turn.field_id]
        start, end = self._start_and_end(turn.span, notice.first_day)
        return self.t(
            "water_notice.turn",
            group=self._group(turn.field_id),
            field=turn.field_id,
            area=block.area_mu,
            start=start,
            end=end,
            canal=self.network.canal_by_id[turn.canal_id].name,
            head=turn.head_m3,
            water=turn.field_m3,
            mu=turn.mu,
        )

    def _other(self, water: OtherWater, notice: TurnNotice) -> str:
        days = days_text(notice.first_day, water.days, notice.num_days, self.t)
        return self.t(
            "water_notice.other",
            group=self._group(water.field_id),
            field=water.field_id,
            area=self.network.field_by_id[water.field_id].area_mu,
            days=days,
            water=water.field_m3,
            mu=water.mu,
        )

    def _told_others(self, notice: TurnNotice) -> str:
        """Return when water comes without turns, for who reads it out."""
        t = self.t
        told = [
            t(
                "water_notice.loud_other_day",
                group=self._group(water.field_id),
                days=days_text(notice.first_day, water.days, notice.num_days, t),
            )
            for water in notice.other
        ]
        if not told:
            return ""
        village = self.scenario.label(notice.village_id)
        fields = t("unit.between").join(told)
        return t("water_notice.loud_other", village=village, fields=fields)

    def _group(self, field_id: str) -> str:
        group = self.network.field_by_id[field_id].group
        return group or self.t("water_notice.group_usual")

    def _start_and_end(
        self, span: Span, first: dt.date, *, is_spoken: bool = False
    ) -> tuple[str, str]:
        """Return when a turn starts and ends; the date of one day is said once."""
        t = self.t
        key = "water_notice.loud_time" if is_spoken else "water_notice.turn_time"
        texts: list[str] = []
        for time_s in (span.start_s, span.end_s):
            blanks = date_blanks(first + dt.timedelta(days=time_s // DAY_S), t)
            clock_s = time_s % DAY_S
            clock = spoken_clock(clock_s, t) if is_spoken else format_clock(clock_s)
            if texts and time_s // DAY_S == span.day:
                texts.append(clock)
            else:
                month, day = blanks["month"], blanks["day"]
                texts.append(t(key, month=month, day=day, clock=clock))
        return texts[0], texts[1]

    def _dry(self, notice: TurnNotice, key: str) -> str:
        if not notice.dry:
            return ""
        names = []
        for dry in notice.dry:
            name = f"{self._group(dry.field_id)} {dry.field_id}"
            if dry.reason is not None:
                why = self.t(f"water_reason.{dry.reason}")
                name = self.t("unit.with_more", name=name, more=why)
            names.append(name)
        return self.t(key, fields=self.t("unit.items").join(names))

    def _told_turns(self, notice: TurnNotice, most: int, *, is_spoken: bool) -> str:
        t = self.t
        told = []
        for turn in notice.turns[:most]:
            start, end = self._start_and_end(
                turn.span, notice.first_day, is_spoken=is_spoken
            )
            group = self._group(turn.field_id)
            told.append(t("water_notice.loud_turn", group=group, start=start, end=end))
        village = self.scenario.label(notice.village_id)
        if not told and notice.other:
            return ""
        if not told:
            return village + t("water_notice.colon").rstrip()
        turns = t("unit.between").join(told)
        return t("water_notice.loud_turns", village=village, turns=turns)

    def _loud_turns(self, notice: TurnNotice, most: int) -> list[Part]:
        t = self.t
        keep = t("water_notice.loud_turn_keep") if notice.turns else ""
        return [
            Part(self._told_turns(notice, most, is_spoken=True)),
            Part(t("water_notice.loud_later") if most < len(notice.turns) else ""),
            Part(self._told_others(notice), 3 if notice.turns else 0),
            Part(self._dry(notice, "water_notice.loud_dry"), 2),
            Part(keep, 1),
            Part(self._phone(), 5),
            Part(t("water_notice.loud_issuer", issuer=self._issuer()), 4),
        ]

    def _short_turns(self, notice: TurnNotice, most: int) -> list[Part]:
        parts = self._loud_turns(notice, most)
        parts[0] = Part(self._told_turns(notice, most, is_spoken=False))
        return parts

    # --- what all have -------------------------------------------------------

    def _issuer(self) -> str:
        usual = self.t("water_notice.issuer_usual", name=self.scenario.name)
        return self.texts.get("issuer") or usual

    def _phone(self) -> str:
        phone = self.texts.get("phone", "")
        if not phone:
            return self.t("water_notice.phone_blank")
        return self.t("water_notice.phone", phone=phone)

    def _signature(self) -> str:
        date = self.t("water_notice.date_blank")
        if self.issued_on is not None:
            date = date_text(self.issued_on, 0, self.t, year=True)
        return self.t("water_notice.issued", issuer=self._issuer(), date=date)

    def _own(self) -> list[str]:
        """Return paragraphs that the office has written itself."""
        own = [text for text in self.network.notices if text.key not in NOTICE_KEYS]
        return [text.text(self.t.lang) for text in own]

    def _is_loud(self, text: str) -> bool:
        return reading_s(text, self.t.lang) <= MAX_S

    def _is_short(self, text: str) -> bool:
        return len(text) <= MAX_SIGNS[self.t.lang]

    def _fitted(
        self,
        parts_of: Callable[[int], Sequence[Part]],
        most: int,
        fits: Callable[[str], bool],
    ) -> str:
        """Return the text with as many days or turns as fit, at least the first."""
        for told in range(most, min(most, 1) - 1, -1):
            text = shortened(parts_of(told), fits, between=self.between)
            if text is not None:
                return text
        text = self.between.join(p.text for p in parts_of(1) if p.text and not p.leave)
        while not fits(f"{text}…"):
            text = text[: len(text) * 9 // 10]
        return f"{text}…"


def notice_texts(scenario: Scenario, notices: WaterNotices) -> list[dict[str, Any]]:
    """
    Return every notice with its texts in all languages, as ``water.json`` has them.

    Parameters
    ----------
    scenario
        With tables of the water.
    notices
        Facts of all notices.
    """
    writers = {lang: NoticeWriter(scenario, Words(lang)) for lang in LANGUAGES}
    rows: list[dict[str, Any]] = []
    for zone in notices.supply:
        row: dict[str, Any] = {"zone_id": zone.zone_id, "is_limited": zone.is_limited}
        row |= {lang: as_row(own.supply(zone)) for lang, own in writers.items()}
        rows.append(row)
    for village in notices.turns:
        row = {"village_id": village.village_id}
        row |= {lang: as_row(own.turns(village)) for lang, own in writers.items()}
        rows.append(row)
    return rows


def as_row(texts: NoticeTexts) -> dict[str, Any]:
    """Return a notice in one language as JSON has it."""
    return {
        "title": texts.title,
        "to": texts.to,
        "paragraphs": list(texts.paragraphs),
        "signature": texts.signature,
        "loud": texts.loud,
        "loud_s": texts.loud_s,
        "short": texts.short,
    }


def reading_note(texts: NoticeTexts, t: Words) -> str:
    """
    Return how long the loudspeaker version takes, to be printed with it.

    Parameters
    ----------
    texts
        A notice.
    t
        Words in the language of the reader.
    """
    return t("water_notice.seconds", seconds=texts.loud_s)
