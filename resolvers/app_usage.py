"""Statistics of apps, for their owners and for staff."""

from datetime import date
from uuid import UUID

from domain.app_usage import AppDay, check_period
from persistence import app_usage
from persistence.apps import APPS
from planner.edges import One
from resolvers.apps import shows_private
from resolvers.context import Context

_APP = One(APPS, "app_id")


class _Key:
    """A parent that is nothing but the id of an app."""

    def __init__(self, app_id: UUID) -> None:
        self.app_id = app_id


async def by_day(context: Context, app_id: UUID, first: date, last: date) -> list[AppDay] | None:
    """None for an app that is not there, not visible or not the caller's to know of."""
    check_period(first, last)
    app = await context.loaders.one(_APP, _Key(app_id))
    if app is None or not shows_private(app, context.viewer):
        return None
    async with context.platform.database.reader() as session:
        return await app_usage.by_day(session, app_id, first, last)
