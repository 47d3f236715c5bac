"""The tables of the store, each class one of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, str: Text}


class Township(Base):
    """
    A township; what is not named here (roads, settings, areas) is in ``base``.

    Attributes
    ----------
    base
        The scenario without its villages, sources, depots and trucks, as
        ``files.scenario.snapshot`` keeps it.
    version
        Counts the changes of ``base``.
    """

    __tablename__ = "township"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    county: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str]
    base: Mapped[bytes] = mapped_column(LargeBinary)
    settings: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)


class Item(Base):
    """
    A row of master data: a village, source, depot or truck, out of service or not.

    Attributes
    ----------
    position
        Order in the table of its kind, from 0.
    version
        Counts its changes; who saves a stale one meets a conflict.
    data
        Its fields, as the model names them.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("township", "kind", "item_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    kind: Mapped[str] = mapped_column(String(10))
    item_id: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    data: Mapped[dict[str, Any]]


class Person(Base):
    """
    Somebody with an account.

    Attributes
    ----------
    role
        coordinator, official or administrator.
    township, county
        What they see: one township, or all of a county; both empty: everything.
    password_hash
        argon2; empty until it is set by a one-time link.
    failures, locked_until
        Failed sign-ins in a row, and until when none is let in.
    """

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    township: Mapped[str] = mapped_column(String(40), default="")
    county: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str] = mapped_column(default="")
    is_blocked: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Token(Base):
    """
    A random word that gives a right; only its hash is kept.

    Attributes
    ----------
    kind
        link (a truck or team), village, duty (somebody on watch), session or setup.
    subject
        Truck id, name of a team, village id, id of who is on duty, or the number of an
        account.
    trucks
        Of a team: its trucks.
    until
        It is worth nothing afterwards.
    sees_doors
        Whether it shows households by name and address.
    """

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    township: Mapped[str] = mapped_column(String(40), default="")
    subject: Mapped[str] = mapped_column(String(200))
    trucks: Mapped[list[str]] = mapped_column(JSON, default=list)
    until: Mapped[dt.datetime]
    sees_doors: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_revoked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]


class StoreValue(Base):
    """
    A value of the whole store: its secret, and counters of attempts.

    Attributes
    ----------
    name
        ``secret``, or what is counted.
    number
        Of a counter.
    """

    __tablename__ = "store_value"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(default="")
    number: Mapped[int] = mapped_column(default=0)


class Day(Base):
    """
    A township on a date.

    Attributes
    ----------
    state
        open or closed.
    scenario
        Needs, stocks and trucks of the day, as ``files.scenario.snapshot`` keeps it.
    stocks
        What was there in the morning: litres by village and by source.
    version
        Counts its changes while it is open.
    """

    __tablename__ = "day"
    __table_args__ = (UniqueConstraint("township", "date"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    date: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(10))
    scenario: Mapped[bytes] = mapped_column(LargeBinary)
    stocks: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)


class PlanVersion(Base):
    """
    A plan of a day; only its status ever changes.

    Attributes
    ----------
    number
        1, 2, 3 of its day.
    status
        draft, published, superseded or withdrawn.
    scenario
        What it was planned from.
    plan
        plan.json.
    violations, changes
        What the check found in what is to come, and what differs from the version
        before, as the program keeps them.
    now_s
        Of a re-plan: from when on it may differ from ``previous``.
    published_at, ended_at
        Between these, drivers were told it.
    """

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("day_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("day.id"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(12))
    scenario: Mapped[bytes] = mapped_column(LargeBinary)
    plan: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    violations: Mapped[list[Any]] = mapped_column(JSON)
    changes: Mapped[list[Any]] = mapped_column(JSON)
    now_s: Mapped[int | None]
    previous: Mapped[int | None]
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class Seen(Base):
    """
    A version that the phone of a link was shown.

    Attributes
    ----------
    token_id
        Of the link.
    shown_at
        When its page first had it.
    seen_at
        When somebody said so; None: nobody did yet.
    """

    __tablename__ = "seen"
    __table_args__ = (UniqueConstraint("version_id", "token_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    token_id: Mapped[int] = mapped_column(ForeignKey("token.id"))
    shown_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None]


class WaterVersion(Base):
    """
    A dispatch of all the water of some days; only its status ever changes.

    Attributes
    ----------
    first_day, num_days
        Dates that it is for.
    number
        1, 2, 3 of the first day.
    status
        draft, published, superseded or withdrawn.
    scenario
        What it was planned from, without roads.
    dispatch
        What is published, as ``files.water.dispatch_file`` keeps it.
    duty
        Who watches and carries: personal data, in no export or report.
    violations
        Rules that it breaks, as the program keeps them.
    taken
        What trucks were reckoned to fill: source, day, m3.
    helps
        What would help, as ``day.water_helps`` keeps it; None: nobody asked.
    previous
        Of one that was changed by hand: number of the version before.
    """

    __tablename__ = "water_version"
    __table_args__ = (UniqueConstraint("township", "first_day", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    first_day: Mapped[dt.date]
    number: Mapped[int]
    num_days: Mapped[int]
    status: Mapped[str] = mapped_column(String(12))
    scenario: Mapped[bytes] = mapped_column(LargeBinary)
    dispatch: Mapped[bytes] = mapped_column(LargeBinary)
    duty: Mapped[bytes] = mapped_column(LargeBinary)
    violations: Mapped[list[Any]] = mapped_column(JSON)
    taken: Mapped[list[Any]] = mapped_column(JSON)
    helps: Mapped[list[Any] | None] = mapped_column(JSON)
    who: Mapped[str] = mapped_column(default="")
    previous: Mapped[int | None]
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class WhatIf(Base):
    """
    What changes of the means would add to a version: the newest answer, kept with it.

    Attributes
    ----------
    result
        Variants with litres and people, as ``planning.helping`` keeps them.
    made_at, who
        When it was ready, and who had asked for it.
    """

    __tablename__ = "what_if"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), unique=True)
    result: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]
    who: Mapped[str]


class Event(Base):
    """
    Something that happened; never changed, never taken out.

    Attributes
    ----------
    key
        Made by the sender: the same key is the same event.
    digest
        Of its content: the same key with another content is refused.
    kind
        filled, arrived, delivered, refused, impossible, returned, reading or
        confirmed.
    at
        The township's own clock, without zone.
    corrects
        Key of the event that this one replaces.
    told
        Number of the version that was published for the truck at that time.
    sender
        Who reported it: a command, a person, or a link by its number.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("township", "key"),
        Index("event_of_day", "township", "date"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    date: Mapped[dt.date]
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    truck: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    litres: Mapped[int | None]
    at: Mapped[dt.datetime]
    chlorine_mg_l: Mapped[float | None]
    reason: Mapped[str] = mapped_column(default="")
    corrects: Mapped[str | None] = mapped_column(String(200))
    told: Mapped[int | None]
    sender: Mapped[str] = mapped_column(default="")
    is_late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[dt.datetime]


class Photo(Base):
    """A picture of an event, on disk outside the web root."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("township", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    file: Mapped[str]
    received_at: Mapped[dt.datetime]


class HouseholdRow(Base):
    """
    A household that water is carried to: personal data, in no export or report.

    Attributes
    ----------
    village
        Id of its place, which need not be in the tables any more.
    carries
        Whether the water must be carried to the door.
    version
        Counts its changes; who saves a stale one meets a conflict.
    """

    __tablename__ = "household"
    __table_args__ = (Index("household_of_village", "township", "village"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    village: Mapped[str] = mapped_column(String(200))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    people: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    carries: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class DoorTick(Base):
    """Water that came to a household on a day; taken back, the row is gone."""

    __tablename__ = "door_tick"
    __table_args__ = (UniqueConstraint("household_id", "date"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    date: Mapped[dt.date]
    at: Mapped[dt.datetime]
    sender: Mapped[str] = mapped_column(default="")


class Request(Base):
    """
    A call for water (工单).

    Attributes
    ----------
    state
        received, accepted, planned, delivered, called_back, closed or reopened.
    is_supervised
        The callback was not satisfied (督办).
    village
        Id of the place: of the master data, or R and a number where only a position
        is known.
    """

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("township", "number"),
        UniqueConstraint("township", "key"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    number: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), default="")
    village: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    people: Mapped[int]
    vulnerable_people: Mapped[int] = mapped_column(default=0)
    stock_l: Mapped[int | None]
    remark: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    came_at: Mapped[dt.datetime]
    due: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(12))
    is_supervised: Mapped[bool] = mapped_column(default=False)
    same_as: Mapped[int | None]


class RequestPhoto(Base):
    """A picture of a request, on disk outside the web root."""

    __tablename__ = "request_photo"
    __table_args__ = (UniqueConstraint("request_id", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    digest: Mapped[str] = mapped_column(String(64))
    file: Mapped[str]
    who: Mapped[str]
    at: Mapped[dt.datetime]


class RequestStep(Base):
    """A step of a request, with time, person and words."""

    __tablename__ = "request_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[dt.datetime]
    who: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")


class Job(Base):
    """
    A run that somebody asked for: of a plan, or of what would help one.

    Attributes
    ----------
    kind
        ``plan`` or ``whatif``: who plans waits for no answer of the other kind.
    ask
        All of what is to be planned, as ``runs.contracts`` keeps it.
    status
        queued, running, done, cancelled or failed.
    worker
        Machine and process that has it, ``host:pid``; empty while it waits.
    heartbeat
        Last sign of life of the worker, by the worker's clock.
    attempts
        How many workers have taken it.
    progress
        phase, fraction, elapsed_s, iterations, served_l and bound_l; of what would
        help: phase, fraction, count and total.
    wish
        What somebody wants of the worker: empty, cancel or finish.
    version
        Number of the plan version that came out, or that would be helped.
    message
        Why there is none, for users.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("job_of_day", "township", "date"),
        Index("job_of_status", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(ForeignKey("township.code"))
    date: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(String(10), default="plan", server_default="plan")
    ask: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(10), default="queued")
    worker: Mapped[str] = mapped_column(String(200), default="")
    heartbeat: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    wish: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int | None]
    num_violations: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str]
    asked_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class JobDraft(Base):
    """
    The best plan of a run under way, for who looks on; gone when the run is over.

    Attributes
    ----------
    number
        Counts the plans of the run.
    plan
        plan.json.
    """

    __tablename__ = "job_draft"
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True)
    number: Mapped[int]
    plan: Mapped[str]


class Audit(Base):
    """Who changed what, when, from what to what."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[dt.datetime]
    who: Mapped[str]
    what: Mapped[str]
    old: Mapped[Any] = mapped_column(JSON)
    new: Mapped[Any] = mapped_column(JSON)
