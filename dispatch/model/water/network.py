"""All tables of the township's water together, and that their ids fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

# The classes of the fields are read at run time: pydantic keeps scenarios by them.
from dispatch.model.water.canals import Canal, Work
from dispatch.model.water.duty import Door, Person, Post  # noqa: TC001
from dispatch.model.water.fields import CropStage, FieldBlock, WeatherDay  # noqa: TC001
from dispatch.model.water.guards import require
from dispatch.model.water.notices import NoticeText  # noqa: TC001
from dispatch.model.water.places import Store, WaterNode
from dispatch.model.water.pumps import Lift, Pump
from dispatch.model.water.supply import Plant, Zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

#: What a post watches and a work changes.
WaterObject = WaterNode | Canal | Pump | Lift | Zone | Plant


def id_of_object(item: WaterObject) -> str:
    """Return the id of an object of the network."""
    match item:
        case WaterNode():
            return item.node_id
        case Canal():
            return item.canal_id
        case Pump():
            return item.pump_id
        case Lift():
            return item.lift_id
        case Zone():
            return item.zone_id
        case Plant():
            return item.plant_id


@dataclass(frozen=True, kw_only=True)
class WaterNetwork:
    """
    What is known of the township's water beside trucks; any table may be empty.

    Nobody is named here: persons and households are in `WaterPeople`.
    """

    nodes: tuple[WaterNode, ...] = ()
    stores: tuple[Store, ...] = ()
    canals: tuple[Canal, ...] = ()
    works: tuple[Work, ...] = ()
    fields: tuple[FieldBlock, ...] = ()
    crops: tuple[CropStage, ...] = ()
    weather: tuple[WeatherDay, ...] = ()
    pumps: tuple[Pump, ...] = ()
    lifts: tuple[Lift, ...] = ()
    zones: tuple[Zone, ...] = ()
    plants: tuple[Plant, ...] = ()
    posts: tuple[Post, ...] = ()
    notices: tuple[NoticeText, ...] = ()

    def __post_init__(self) -> None:
        """Guard what makes ids usable as keys."""
        _require_unique("id of the network", map(id_of_object, self.objects))
        for what, ids in (
            ("store", (store.node_id for store in self.stores)),
            ("work_id", (work.work_id for work in self.works)),
            ("field_id", (block.field_id for block in self.fields)),
            ("post_id", (post.post_id for post in self.posts)),
            ("notice", (notice.key for notice in self.notices)),
            ("crop and stage", (f"{c.crop} {c.stage}" for c in self.crops)),
            ("day of the weather", (str(day.date) for day in self.weather)),
            ("village of a zone", (v for z in self.zones for v in z.village_ids)),
        ):
            _require_unique(what, ids)
        self._require_nodes()
        self._require_others()

    def _require_nodes(self) -> None:
        nodes = self.node_by_id
        ends = [(store.node_id, store.node_id) for store in self.stores]
        ends += [(canal.from_node, canal.to_node) for canal in self.canals]
        ends += [(lift.from_node, lift.to_node) for lift in self.lifts]
        ends += [(plant.raw_node, plant.tank_node) for plant in self.plants]
        ends += [(zone.tank_node, zone.tank_node) for zone in self.zones]
        ends += [(block.node_id, block.node_id) for block in self.fields]
        for node_id in (label for pair in ends for label in pair):
            require(node_id in nodes, f"unknown water node {node_id}")

    def _require_others(self) -> None:
        objects, posts = self.object_by_id, self.post_by_id
        for post in self.posts:
            require(post.object_id in objects, f"post at unknown {post.object_id}")
        for work in self.works:
            require(work.object_id in objects, f"work at unknown {work.object_id}")
        asked = [
            *(canal.gate_post_id for canal in self.canals),
            *(lift.operator_post_id for lift in self.lifts),
            *(zone.valve_post_id for zone in self.zones),
        ]
        for post_id in filter(None, asked):
            require(post_id in posts, f"unknown post {post_id}")
        for pump_id in (label for plant in self.plants for label in plant.pump_ids):
            require(pump_id in self.pump_by_id, f"unknown pump {pump_id}")
        for block in self.fields:
            key = block.crop, block.stage
            require(key in self.crop_by_key, f"crops lack {key}")

    @property
    def objects(self) -> tuple[WaterObject, ...]:
        """Everything that has a place in the network; ids are unique among all."""
        return (
            *self.nodes,
            *self.canals,
            *self.pumps,
            *self.lifts,
            *self.zones,
            *self.plants,
        )

    @property
    def village_ids(self) -> frozenset[str]:
        """Villages that any row refers to."""
        return frozenset(
            {
                *(node.village_id for node in self.nodes if node.village_id),
                *(block.village_id for block in self.fields),
                *(label for zone in self.zones for label in zone.village_ids),
            }
        )

    @property
    def source_ids(self) -> frozenset[str]:
        """Sources of trucks that any node refers to."""
        return frozenset(node.source_id for node in self.nodes if node.source_id)

    @cached_property
    def object_by_id(self) -> Mapping[str, WaterObject]:
        """Nodes, canals, pumps, lifts, zones and plants by their id."""
        return {id_of_object(item): item for item in self.objects}

    @cached_property
    def node_by_id(self) -> Mapping[str, WaterNode]:
        """Nodes, in order."""
        return {node.node_id: node for node in self.nodes}

    @cached_property
    def store_by_node(self) -> Mapping[str, Store]:
        """Stores by their node, in order."""
        return {store.node_id: store for store in self.stores}

    @cached_property
    def canal_by_id(self) -> Mapping[str, Canal]:
        """Canals, in order."""
        return {canal.canal_id: canal for canal in self.canals}

    @cached_property
    def pump_by_id(self) -> Mapping[str, Pump]:
        """Pumps, in order."""
        return {pump.pump_id: pump for pump in self.pumps}

    @cached_property
    def field_by_id(self) -> Mapping[str, FieldBlock]:
        """Field blocks, in order."""
        return {block.field_id: block for block in self.fields}

    @cached_property
    def post_by_id(self) -> Mapping[str, Post]:
        """Posts, in order."""
        return {post.post_id: post for post in self.posts}

    @cached_property
    def crop_by_key(self) -> Mapping[tuple[str, str], CropStage]:
        """What crops need, by crop and stage."""
        return {(crop.crop, crop.stage): crop for crop in self.crops}

    @cached_property
    def weather_by_day(self) -> Mapping[dt.date, WeatherDay]:
        """The weather by date."""
        return {day.date: day for day in self.weather}

    @cached_property
    def zone_by_village(self) -> Mapping[str, Zone]:
        """The zone that a village has its taps in; villages without taps are not in."""
        return {label: zone for zone in self.zones for label in zone.village_ids}


@dataclass(frozen=True, kw_only=True)
class WaterPeople:
    """
    Who may be on duty, and households served at the door: personal data.

    Apart from the network, so that what is published or drawn never holds it.
    """

    people: tuple[Person, ...] = ()
    doors: tuple[Door, ...] = ()

    def __post_init__(self) -> None:
        """Guard what makes ids usable as keys."""
        _require_unique("person_id", (item.person_id for item in self.people))
        _require_unique("household_id", (item.household_id for item in self.doors))
        known = {person.person_id for person in self.people}
        for door in self.doors:
            require(
                not door.keeper or door.keeper in known,
                f"door {door.household_id}: unknown keeper {door.keeper}",
            )

    def __repr__(self) -> str:
        """Return counts only: errors and logs show objects, and nobody is named."""
        return f"WaterPeople({len(self.people)} people, {len(self.doors)} doors)"

    @property
    def village_ids(self) -> frozenset[str]:
        """Villages that any row refers to."""
        return frozenset(
            {
                *(person.village_id for person in self.people if person.village_id),
                *(door.village_id for door in self.doors),
            }
        )


def _require_unique(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for label in ids:
        require(label not in seen, f"{what} {label!r} is used twice")
        seen.add(label)
