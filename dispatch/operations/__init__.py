"""The rules of the daily loop: ledger, alarms, stocks, states of requests, due dates.

Pure functions over data; no database, no page, no clock.
"""
