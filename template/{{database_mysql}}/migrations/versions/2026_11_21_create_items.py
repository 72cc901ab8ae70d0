"""create items"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4f1c0a7d2b9e"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# For every table: all of Unicode, compared exactly, blanks at the end included. MariaDB and MySQL
# have different names for that, and each skips what the other's comment holds.
EXACT = (
    "ALTER DATABASE"
    " /*M! CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin */"
    " /*!80000 CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin */"
)


def upgrade() -> None:
    op.execute(EXACT)
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "name_unique",
            sa.String(200),
            sa.Computed("CASE WHEN deleted_at IS NULL THEN name END", persisted=True),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index("ix_items_created_at_id", "items", ["created_at", "id"])
    op.create_index("uq_items_name_live", "items", ["name_unique"], unique=True)


def downgrade() -> None:
    op.drop_table("items")
