"""Who listens by now: operations outlive the moment at which their caller was known, and the rights of then."""

import asyncio

from domain.actors import Actor
from domain.refusals import Refused, forbidden
from persistence.database import is_congestion, is_outage
from resolvers.context import Context

RETRY_SECONDS = 1.0
"""When whoever waits for the database looks again."""


def lost(before: Actor, now: Actor) -> Refused | None:
    """Why what was opened before has to end; None where its reader may do by now all that they could."""
    if now.organization_id != before.organization_id:
        return forbidden("You no longer act for the organization that you opened this for.")
    if before.permissions - now.permissions:
        return forbidden("You may do less than when you opened this: open it again, and resume where it ended.")
    return None


async def know_again(context: Context) -> None:
    """Nothing that was loaded with the rights of before is shown."""
    viewer = context.viewer if context.identify is None else await context.identify()
    if why := lost(context.viewer, viewer):
        raise why
    context.viewer = viewer
    context.forget()


async def until_known(context: Context) -> None:
    """While the database is away; then the reader goes on with the rights of that moment, or not at all."""
    while True:
        await asyncio.sleep(RETRY_SECONDS)
        try:
            return await know_again(context)
        except Exception as error:
            if not (is_outage(error) or is_congestion(error)):
                raise
