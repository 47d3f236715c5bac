"""docs/SECURITY.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_is_named_is_there() -> None:
    """A table of attacks is worth what its tests are."""
    text = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 30
    missing = [
        (path, name)
        for path, name in named
        if not re.search(
            rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE
        )
    ]
    assert missing == []
