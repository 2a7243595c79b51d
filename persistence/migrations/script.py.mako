"""${message[0].upper() + message[1:]}.

Revision ${up_revision}${", after " + str(down_revision) if down_revision else ", the first"}. There is no way down: a mistake is mended by the next revision.
"""

${"import sqlalchemy as sa\n" if "sa." in str(upgrades) else ""}from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
