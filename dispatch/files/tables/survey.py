"""Tables that survey programs (ODK, KoboToolbox, ONA) export: their own headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.tables.columns import Column, Table

#: What only such programs write.
_SIGNS: Final = frozenset(
    {"_uuid", "_submission_time", "__version__", "_xform_id_string", "submissiondate"}
    | {"meta/instanceid", "meta-instanceid", "instanceid", "formhub/uuid"}
)
_OWN: Final = _SIGNS | frozenset(
    {"start", "end", "today", "deviceid", "device_id", "username", "simserial", "key"}
    | {"subscriberid", "phonenumber", "_id", "_validation_status", "_notes", "_index"}
    | {"_status", "_submitted_by", "_tags", "_parent_table_name", "_parent_index"}
    | {"_attachments", "_bamboo_dataset_id", "_geolocation", "instancename"}
    | {"formdef_version", "submitterid", "submittername", "attachmentspresent"}
    | {"attachmentsexpected", "status", "reviewstate", "edits", "formversion"}
    | {"audit", "meta/rootuuid", "meta-instancename", "meta/instancename"}
)
#: Parts of a point that no plan needs.
_OF_POINTS: Final = re.compile(r".*[_\-/:](altitude|precision|accuracy)")
_DEGREES: Final = re.compile(r".*[_\-/: ](latitude|longitude|lat|lon|lng)")


def own_headers(headers: Sequence[str]) -> list[str]:
    """Return the headers that a survey program adds; none of any other table."""
    keys = [header.strip().casefold() for header in headers]
    if not any(key in _SIGNS for key in keys):
        return []
    return [
        header
        for header, key in zip(headers, keys, strict=True)
        if key in _OWN or _OF_POINTS.fullmatch(key)
    ]


def column_of(header: str, table: Table) -> tuple[Column, str] | None:
    """
    Return the column that the last part of a header means, and the unit.

    ``group/village`` is the question ``village`` of a group, ``_place_latitude`` the
    latitude of the point ``place``.

    Parameters
    ----------
    header
        Text of the header.
    table
        Columns of the table in the dictionary.
    """
    text = header.strip()
    if not text.isascii():
        text = text if "/" in text else ""
    degrees = _DEGREES.fullmatch(text.casefold()[:200])
    parts = [part for part in re.split(r"[/:]|(?<=\w)-(?=\w)", text) if part.strip()]
    for name in ([parts[-1]] if len(parts) > 1 else []) + (
        [degrees[1]] if degrees else []
    ):
        match = table.find(name)
        if match is not None:
            return match
    return None
