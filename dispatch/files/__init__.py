"""Scenarios and plans as files: reading with clear messages, writing for people.

Planning, travel times and pages live elsewhere.
"""
