"""Trips of a plan as columns of the bound."""

from __future__ import annotations

from dispatch.model.plan import Route, Stop
from dispatch.solver.bounding.classes import uncounted
from dispatch.solver.bounding.known import (
    KnownTrip,
    add_known,
    columns_of,
    trips_of_routes,
)
from dispatch.solver.bounding.master import Master
from tests.solver.three_places import HOME, half_loads
from tests.solver.tiny import scenario, truck, village


def stop(kind, place, litres=0):
    return Stop(kind, place, 0, 0, 0, litres=litres)


def test_a_route_is_cut_at_its_fillings() -> None:
    """Two trips: the first ends where the second one fills, the second at home."""
    scene = scenario([village("V")], trucks=[truck("T")])
    stops = (
        stop("depart", "D"),
        stop("fill", "S", 500),
        stop("deliver", "V", 500),
        stop("fill", "S", 300),
        stop("deliver", "V", 300),
        stop("return", "D"),
    )
    trips = trips_of_routes(scene, [Route("T", "D", stops)])
    assert trips == [KnownTrip(0, 0, (0,), (500,), 1), KnownTrip(0, 0, (0,), (300,), 0)]


def test_trips_that_the_bound_has_no_place_for_are_left_out() -> None:
    """More than there is room for, a truck or a source that is of no use."""
    data = half_loads()
    good = KnownTrip(0, 0, (0,), (500,), 0)
    bad = [
        good._replace(litres=(10**6,)),
        good._replace(truck=5),
        good._replace(source=3),
    ]
    columns = columns_of(data, [*bad, good])
    assert columns == [HOME]
    master = Master(data, uncounted(data, 60))
    add_known(master, columns)
    assert master.trips == [HOME]
