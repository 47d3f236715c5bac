"""What notices to villages say besides the plan: who issues them, and own texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from dispatch.model.water.guards import require

#: Texts that every notice has a place for; others are own paragraphs.
NOTICE_KEYS: Final = ("issuer", "phone", "approval_number", "approved_by", "reason")

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def is_notice_key(text: str) -> bool:
    """Whether a text can be a key of the notices: small letters, digits and _."""
    return _KEY.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """One text of the notices, in both languages; without English it is Chinese."""

    key: str
    zh: str
    en: str = ""

    def __post_init__(self) -> None:
        """Refuse keys that would not be keys of a TOML file."""
        require(is_notice_key(self.key), f"notice text {self.key!r}: bad key")

    def text(self, lang: Literal["zh", "en"]) -> str:
        """Return the text in a language."""
        return self.en if lang == "en" and self.en else self.zh
