"""The township's water beside trucks: stores, canals, pumps, fields, zones, duty.

One class a table; nothing is computed over several rows here but what ids refer to.
"""
