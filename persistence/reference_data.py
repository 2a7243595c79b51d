"""Rows that a platform needs before its first request; putting them there twice changes nothing."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.fees import DEFAULT_BPS, FeeScope
from persistence import gig_categories, own_catalogue, own_credit_packages
from persistence.tables.fees import fee_policies
from persistence.unit import Unit

_EVER_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_DEFAULT_POLICIES = {
    FeeScope.PROJECT: UUID("00dc6acf-ac00-7000-8000-000000000001"),
    FeeScope.STANDARD: UUID("00dc6acf-ac00-7000-8000-000000000002"),
}
"""Ids of version 7, like all others; their instant is the one from which the policies are in force."""


async def ensure(db: Unit) -> None:
    """Inserts what is missing: default fee policies, headings of gigs, Milepost's own catalogue and its credits."""
    await gig_categories.ensure(db)
    await own_catalogue.ensure(db)
    await own_credit_packages.ensure(db)
    rows = [
        {
            "id": id_,
            "scope": scope,
            "bps": DEFAULT_BPS[scope],
            "minimum_fees_minor": {},
            "effective_from": _EVER_SINCE,
            "version": 1,
            "created_at": db.at,
            "updated_at": db.at,
        }
        for scope, id_ in _DEFAULT_POLICIES.items()
    ]
    await db.session.execute(insert(fee_policies).on_conflict_do_nothing(), rows)
