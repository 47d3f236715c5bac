"""Runs of what would help, best plans of runs so far, households with their ticks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column(
        "job",
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="plan"),
    )
    op.create_table(
        "what_if",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("version_id"),
    )
    op.create_table(
        "job_draft",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"]),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.add_column(
        "token",
        sa.Column(
            "sees_doors", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("township", sa.String(length=40), nullable=False),
        sa.Column("village", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("carries", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["township"], ["township.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("household_of_village", "household", ["township", "village"])
    op.create_table(
        "door_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("household_id", "date"),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("door_tick")
    op.drop_index("household_of_village", "household")
    op.drop_table("household")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_column("sees_doors")
    op.drop_table("job_draft")
    op.drop_table("what_if")
    # What an older program would take for a run of the planner.
    op.execute("DELETE FROM job WHERE kind <> 'plan'")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("kind")
