"""Tags of a way or barrier -> what they mean for a truck with water."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN
from dispatch.roads.osm import tags as tag

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Tags = Mapping[str, str]

#: The more specific tag counts (OpenStreetMap wiki, Key:access): first one found.
#: ``hgv`` means goods vehicles above 3.5 t, ``goods`` those up to it.
_HEAVY: Final = ("hgv", "goods", "motor_vehicle", "vehicle", "access")
_LIGHT: Final = _HEAVY[1:]
#: Values that shut out a truck with water. Destination, delivery, customers,
#: permissive, agricultural and the like stay open: it is on its way to somebody there.
_NO: Final = frozenset({"no", "private", "military"})
#: Words in the place of a figure that say that none is posted.
_NO_FIGURE: Final = frozenset({"none", "unlimited", "no"})
_UNKNOWN_FIGURE: Final = frozenset(
    {"default", "unsigned", "no_sign", "no_indications", "below_default", "unknown"}
)
#: Limits of a family by mode, the most specific first; both directions count, since
#: a truck must come back.
_MODES: Final = (":hgv", ":goods", ":motor_vehicle", ":vehicle", "")
_DIRECTIONS: Final = ("", ":forward", ":backward")
_GROSS: Final = ("maxweight", "maxweightrating", "maxgcweightrating")
_WIDTH: Final = ("maxwidth", "maxwidth:physical")
_HEIGHT: Final = ("maxheight", "maxheight:physical", "maxheight:legal")
_FAMILIES: Final = (*_GROSS, *_WIDTH, *_HEIGHT)
CONDITIONAL: Final = ":conditional"
#: One-way roads that change their direction; they count as open both ways.
_TURNING: Final = frozenset({"reversible", "alternating"})

Direction = Literal["forward", "backward"]
_BOTH: Final[tuple[Direction, ...]] = ("forward", "backward")


class TruckFacts(NamedTuple):
    """
    What tags allow; None: not limited.

    Attributes
    ----------
    access
        ``OPEN``, ``NO_HEAVY`` or ``CLOSED``.
    direction
        1: one-way as drawn; -1: one-way against it; 0: both ways.
    """

    access: int
    direction: int
    width_m: float | None
    max_height_m: float | None
    max_gross_t: float | None


def truck_facts(tags: Tags) -> TruckFacts:
    """Return what the tags of a way say, without conditional ones."""
    tags = _with_modes(tags)
    access, direction = _access(tags)
    return TruckFacts(access, direction, *_measures(tags))


def barrier_facts(tags: Tags) -> TruckFacts:
    """Return what the tags of a barrier on a road say."""
    tags = _with_modes(tags)
    width_m, height_m, gross_t = _measures(tags)
    access = _access(tags)[0]
    is_block = tag.is_block(tags)
    # Posts that leave a width free close the road to what is wider only.
    if is_block and width_m is None and not _is_opened(tags):
        access = CLOSED
    return TruckFacts(access, 0, width_m, height_m, gross_t)


def _with_modes(tags: Tags) -> Tags:
    """Return tags with ``access:hgv`` and the like under their usual name."""
    with_modes = dict(tags)
    for key, value in tags.items():
        if key.startswith("access:"):
            name = key.removeprefix("access:")
            if name.split(":")[0] in _HEAVY:
                with_modes.setdefault(name, value)
    return with_modes


def _words(value: str) -> list[str]:
    return [part.strip().casefold() for part in value.split(";") if part.strip()]


def _is_open(tags: Tags, chain: tuple[str, ...], direction: Direction) -> bool | None:
    """Return whether the first tag of a chain lets trucks pass; None: no tag does."""
    for key in chain:
        for name in (f"{key}:{direction}", key):
            words = _words(tags.get(name, ""))
            if words and words != ["unknown"]:
                return any(word not in _NO for word in words)
    return None


def _is_opened(tags: Tags) -> bool:
    """Whether a tag says that trucks, or all vehicles, pass a barrier."""
    return any(
        _is_open(tags, chain, direction) is True
        for chain in (_HEAVY, _LIGHT)
        for direction in _BOTH
    )


def _access(tags: Tags) -> tuple[int, int]:
    """Return access and direction of a way."""
    oneway = _direction(tags)
    passes = list(_BOTH)
    if oneway:
        passes = ["forward" if oneway > 0 else "backward"]
    heavy = [d for d in passes if _is_open(tags, _HEAVY, d) is not False]
    light = [d for d in passes if _is_open(tags, _LIGHT, d) is not False]
    # Who may pass with a heavy truck may with a light one.
    chosen = heavy or light
    access = OPEN if heavy else NO_HEAVY if light else CLOSED
    if len(chosen) == 1:
        return access, 1 if chosen[0] == "forward" else -1
    return access, oneway


def _direction(tags: Tags) -> int:
    for key in _HEAVY[:-1]:
        if f"oneway:{key}" in tags:
            return tag.direction_of({**tags, "oneway": tags[f"oneway:{key}"]})
    return tag.direction_of(tags)


def _measures(tags: Tags) -> tuple[float | None, float | None, float | None]:
    """Return posted width, height and weight; ``width`` is none of them."""
    return (
        _lowest(tags, _WIDTH, tag.parse_metres),
        _lowest(tags, _HEIGHT, tag.parse_metres),
        _lowest(tags, _GROSS, tag.parse_tonnes),
    )


def _lowest(
    tags: Tags, families: tuple[str, ...], parse: Callable[[str], float | None]
) -> float | None:
    """Return the lowest figure of some families of tags."""
    figures = [_of_family(tags, family, parse) for family in families]
    return min((value for value in figures if value is not None), default=None)


def _of_family(
    tags: Tags, family: str, parse: Callable[[str], float | None]
) -> float | None:
    """Return the figure for the most specific mode that has one."""
    for mode in _MODES:
        keys = [f"{family}{mode}{d}" for d in _DIRECTIONS]
        values = [tags[key] for key in keys if key in tags]
        figures = [parse(value) for value in values]
        known = [figure for figure in figures if figure is not None]
        if known:
            return min(known)
        if any(value.strip().casefold() in _NO_FIGURE for value in values):
            return None
    return None


def _is_measure(key: str) -> bool:
    return any(
        key == f"{family}{mode}{direction}"
        for family in _FAMILIES
        for mode in _MODES
        for direction in _DIRECTIONS
    )


def _is_access(key: str) -> bool:
    name, *more = key.split(":")
    if name == "access" and more and more[0] in _HEAVY:
        name, *more = more
    if name == "oneway":
        return all(part in (*_HEAVY, "forward", "backward") for part in more)
    return name in _HEAVY and all(part in ("forward", "backward") for part in more)


def is_unread(key: str, value: str) -> bool:
    """
    Whether a tag is not understood: no figure, or one-way with changing direction.

    Parameters
    ----------
    key
        Key of the tag.
    value
        Its value as people wrote it.
    """
    if key.split(":")[0] == "oneway" and _is_access(key):
        return value.strip().casefold() in _TURNING
    if not _is_measure(key):
        return False
    parse = tag.parse_tonnes if key.startswith(_GROSS) else tag.parse_metres
    words = _words(value)
    known = _NO_FIGURE | _UNKNOWN_FIGURE
    return parse(value) is None and not all(word in known for word in words)


def rules_of(tags: Tags) -> str:
    """
    Return the tags that must be read again for each day, as one line of text.

    Empty where nothing depends on the day and everything is understood. With them
    stand the tags that they override.
    """
    wanted = {key: value for key, value in tags.items() if _is_rule(key)}
    if not any(
        key.endswith(CONDITIONAL) or is_unread(key, value)
        for key, value in wanted.items()
    ):
        return ""
    wanted |= {k: tags[k] for k in ("barrier", "bollard") if k in tags}
    return " | ".join(
        f"{key}={' '.join(value.replace('|', '/').split())}"
        for key, value in sorted(wanted.items())
    )


def _is_rule(key: str) -> bool:
    name = key.removesuffix(CONDITIONAL)
    return _is_access(name) or _is_measure(name)


def no_rules(text: str) -> list[str]:
    """Return the parts of a line of rules, maybe typed by hand, that are no tags."""
    parts = [part.strip() for part in text.split("|") if part.strip()]
    barrier = ("barrier", "bollard")
    return [
        part
        for part in parts
        if "=" not in part
        or not (_is_rule(key := part.partition("=")[0].strip()) or key in barrier)
    ]


def tags_of_rules(text: str) -> dict[str, str]:
    """Return the tags of a line of ``rules_of``."""
    pairs = (part.partition("=") for part in text.split("|"))
    return {key.strip(): value.strip() for key, mark, value in pairs if mark}
