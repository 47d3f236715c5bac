"""Scenarios and plans as files: reading with clear messages, writing for people."""

from dispatch.files.frames import scenario_from_tables, scenario_tables
from dispatch.files.plan_json import plan_from_json, plan_to_json, read_plan
from dispatch.files.plan_xlsx import plan_xlsx
from dispatch.files.read import read_scenario, read_scenario_files
from dispatch.files.road_files import read_roads
from dispatch.files.road_tables import write_roads
from dispatch.files.road_uploads import (
    limits_csv,
    scenario_with_limits,
    scenario_with_roads,
)
from dispatch.files.sheets import sheets_pdf
from dispatch.files.template import write_template
from dispatch.files.write_plan import write_plan
from dispatch.files.write_scenario import write_scenario, write_scenario_xlsx

__all__ = [
    "limits_csv",
    "plan_from_json",
    "plan_to_json",
    "plan_xlsx",
    "read_plan",
    "read_roads",
    "read_scenario",
    "read_scenario_files",
    "scenario_from_tables",
    "scenario_tables",
    "scenario_with_limits",
    "scenario_with_roads",
    "sheets_pdf",
    "write_plan",
    "write_roads",
    "write_scenario",
    "write_scenario_xlsx",
    "write_template",
]
