"""Queries of the keys of apps."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.api_keys import WORKING, ApiKey
from persistence.tables.keys import api_keys
from persistence.unit import Unit


async def working_of(db: Unit, app_id: UUID) -> Sequence[ApiKey]:
    """All that still work for a locked app, locked."""
    which = api_keys.c.app_id == app_id, api_keys.c.status.in_(WORKING)
    return (await db.session.scalars(select(ApiKey).where(*which).order_by(api_keys.c.id).with_for_update())).all()
