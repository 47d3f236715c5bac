"""How services log: text for people, or one JSON object a line; nobody is named."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from typing import Any, Final

from dispatch.settings import is_log_json

#: Fields that a line may have besides; all others stay out.
FIELDS: Final = ("route", "status", "seconds", "township")
_HIDDEN: Final = "…"
#: What holds a right or reaches a person: words of links, telephone numbers.
_LINKS: Final = re.compile(r"(/(?:d|v|setup)/)[^/\s\"'?#]+")
_PHONES: Final = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")
_FRAMES: Final = 20


def without_people(text: str) -> str:
    """Return a line without words of links and telephone numbers."""
    return _PHONES.sub(_HIDDEN, _LINKS.sub(rf"\1{_HIDDEN}", text))


class JsonLines(logging.Formatter):
    """
    A record as one JSON object: time, level, logger, message.

    An error is its class and the places that it came through; its text may hold names.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
            + f".{int(record.msecs):03d}",
            "level": record.levelname,
            "logger": record.name,
            "message": without_people(record.getMessage()),
        }
        for name in FIELDS:
            value = getattr(record, name, None)
            if value is not None:
                line[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            line["error"] = kind.__name__
            frames = traceback.extract_tb(trace)[-_FRAMES:]
            line["places"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A record as text for people, an error with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return without_people(super().format(record))


def set_up(*, level: int = logging.WARNING) -> None:
    """Send all that is logged to standard error, as the environment wants it."""
    handler = logging.StreamHandler(sys.stderr)
    if is_log_json():
        level = min(level, logging.INFO)
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(TextLines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    adopt()


def adopt() -> None:
    """Let libraries that write lines of their own write JSON, where that is wanted."""
    if not is_log_json():
        return
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers = []
            logger.propagate = True
