"""
What a broken rule means, in the reader's language.

`check_plan` speaks English; its sentences are found here by their shape, so that the
rules stay free of languages. A sentence that is not known stays English.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

from dispatch.files.words import BAND_ZH, STOP_ZH

if TYPE_CHECKING:
    from dispatch.check import Violation
    from dispatch.messages import Lang

#: Closed lists that sentences quote.
_NAMES: Final[dict[str, str]] = {
    **{str(band): word for band, word in BAND_ZH.items()},
    **{str(kind): word for kind, word in STOP_ZH.items()},
}


def violation_text(violation: Violation, lang: Lang) -> str:
    """Return what is wrong, with its figures; where it is, the violation knows."""
    if lang == "en":
        return violation.message
    for shape, chinese in _shapes():
        match = shape.fullmatch(violation.message)
        if match is not None:
            found = match.groupdict()
            return chinese.format(**{k: _NAMES.get(v, v) for k, v in found.items()})
    return violation.message


def sentences() -> list[tuple[str, str]]:
    """Return English and Chinese with blanks, the most specific first."""
    path = Path(__file__).with_name("violations.toml")
    texts = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
    pairs = [(english, chinese) for english, chinese in texts]
    # A sentence with more words of its own must not be taken for a shorter one.
    return sorted(pairs, key=lambda pair: -len(re.sub(r"\{.*?\}", "", pair[0])))


@cache
def _shapes() -> list[tuple[re.Pattern[str], str]]:
    return [(_shape(english), chinese) for english, chinese in sentences()]


def _shape(english: str) -> re.Pattern[str]:
    parts = []
    for words, blank, _, _ in Formatter().parse(english):
        parts.append(re.escape(words))
        if blank:
            parts.append(f"(?P<{blank}>.+?)")
    return re.compile("".join(parts), re.DOTALL)
