"""Scenarios and plans as files: reading with clear messages, writing for people."""

from dispatch.files.plan_json import plan_from_json, plan_to_json, read_plan
from dispatch.files.read import read_scenario, read_scenario_files
from dispatch.files.sheets import sheets_pdf
from dispatch.files.write_plan import write_plan

__all__ = [
    "plan_from_json",
    "plan_to_json",
    "read_plan",
    "read_scenario",
    "read_scenario_files",
    "sheets_pdf",
    "write_plan",
]
