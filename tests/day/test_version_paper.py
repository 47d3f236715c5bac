"""Papers of versions: which one people know, and whom to call."""

from __future__ import annotations

import datetime as dt

import pytest

from dispatch.day.opening import import_scenario, open_day
from dispatch.day.paper import told_before, version_paper
from dispatch.day.planning import keep_hand_version, plan_version
from dispatch.day.publishing import (
    publish_version,
    shown_version,
    withdraw_version,
)
from dispatch.errors import DispatchError
from dispatch.planning.hand import drop_visit
from dispatch.store.days import VersionHead
