"""What providers have told of one object is found by our key and by theirs.

Revision 0022, after 0021. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_inbound_webhooks_key",
        "inbound_webhooks",
        ["key"],
        unique=False,
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_index(
        "ix_inbound_webhooks_provider_id",
        "inbound_webhooks",
        ["provider_id"],
        unique=False,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
