"""Dispatches of all the water as versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "water_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("township", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("num_days", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("scenario", sa.LargeBinary(), nullable=False),
        sa.Column("dispatch", sa.LargeBinary(), nullable=False),
        sa.Column("duty", sa.LargeBinary(), nullable=False),
        sa.Column("violations", sa.JSON(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("helps", sa.JSON(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["township"], ["township.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("township", "first_day", "number"),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("water_version")
    # What an older program would take for a run of the planner.
    op.execute(
        "DELETE FROM job_draft WHERE job_id IN "
        "(SELECT id FROM job WHERE kind = 'water')"
    )
    op.execute("DELETE FROM job WHERE kind = 'water'")
