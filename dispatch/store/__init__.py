"""The database: tables, migrations, and what is written and read in one transaction.

SQLAlchemy is used here alone. What the rows mean together, and what may follow what, is
decided in ``operations`` and ``day``.
"""
