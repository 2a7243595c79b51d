"""Statistics of apps, for their owners and for staff."""

from datetime import date
from uuid import UUID

from domain.app_usage import AppDay, check_period
from persistence import app_usage, apps
from resolvers.apps import shows_private
from resolvers.context import Context


async def by_day(context: Context, app_id: UUID, first: date, last: date) -> list[AppDay] | None:
    """None for an app that is not there, not visible or not the caller's to know of."""
    check_period(first, last)
    async with context.platform.database.reader() as session:
        app = await apps.seen_by(session, context.viewer, app_id)
        if app is None or not shows_private(app, context.viewer):
            return None
        return await app_usage.by_day(session, app_id, first, last)
