"""Words looked up in one language, for pages, terminal and paper."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from dispatch.words.message import Lang, templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Languages, first the one that is shown unless another is asked for.
LANGUAGES: Final[tuple[Lang, ...]] = ("zh", "en")


@cache
def words_of(lang: Lang) -> Mapping[str, str]:
    """Return every text of a language by key, such as ``band.survival``."""
    return {key: texts[lang] for key, texts in templates().items()}


def as_lang(text: str | None) -> Lang:
    """Return the language that a link or cookie names, Chinese if none we know."""
    return "en" if text == "en" else "zh"


class Words:
    """
    Look words up in one language: ``t("plan.press", count=3)``.

    Parameters
    ----------
    lang
        A language of `LANGUAGES`.
    """

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._words = words_of(lang)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a word with its blanks filled; a missing word is a bug."""
        text = self._words[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether the word exists: for closed lists that may grow."""
        return key in self._words

    def litres(self, litres: float) -> str:
        """Return litres for a headline: tonnes from ten thousand litres on."""
        if abs(litres) >= 10_000:
            return self("unit.tonnes", count=f"{litres / 1000:,.1f}")
        return self("unit.litres", count=f"{litres:,.0f}")

    def causes(self, causes: Iterable[tuple[str, int]]) -> str:
        """Return why a place is short; with litres where there are several reasons."""
        listed = list(causes)
        if len(listed) == 1:
            return self(f"reason.{listed[0][0]}")
        return self("unit.between").join(
            self("reason.part", reason=self(f"reason.{reason}"), litres=f"{litres:,}")
            for reason, litres in listed
        )

    def percent(self, part: float) -> str:
        """Return a share in percent, cut so that 100 % means all of it."""
        shown = int(part * 1000 + 1e-9) / 10
        return f"{shown:g}%"

    def duration(self, seconds: float) -> str:
        """Return minutes and seconds, or seconds alone below one minute."""
        whole = max(0, round(seconds))
        if whole < 60:
            return self("unit.seconds", count=whole)
        return self("unit.minutes", count=whole // 60, seconds=whole % 60)
