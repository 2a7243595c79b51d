"""What there is of what Milepost's own limits count: the rows themselves, which no counter can disagree with."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from persistence.unit import Unit

COUNTS: Mapping[str, str] = {
    "gigs.open": "SELECT count(*) FROM gigs WHERE organization_id = $1 AND status = 'OPEN'",
    "projects.active": """
        SELECT count(*) FROM projects
        WHERE (client_organization_id = $1 OR freelancer_organization_id = $1)
            AND status IN ('PENDING_ACTIVATION', 'ACTIVE', 'ON_HOLD')
    """,
    "members": """
        SELECT (SELECT count(*) FROM memberships WHERE organization_id = $1 AND status = 'ACTIVE')
            + (SELECT count(*) FROM invitations WHERE organization_id = $1 AND status = 'PENDING')
    """,
    "apps": "SELECT count(*) FROM app_installations WHERE organization_id = $1 AND status = 'ACTIVE'",
}
"""By the code of a feature: how much of it an organization, $1, has now. Whoever is invited has a place already."""


def counting(codes: Iterable[str]) -> str:
    """One statement with a column for each of these features."""
    return f"SELECT {', '.join(f'({COUNTS[code]})' for code in codes)}"


async def count(db: Unit, organization_id: UUID, code: str) -> int:
    """As this transaction sees it, its own changes included."""
    await db.flush()
    connection = await db.session.connection()
    counted: int = (await connection.exec_driver_sql(COUNTS[code], (organization_id,))).scalar_one()
    return counted
