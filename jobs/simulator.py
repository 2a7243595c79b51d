"""What the simulator does by itself: what its diary says, and webhooks, which come in as those of companies do."""

from datetime import UTC, datetime

import asyncpg

from domain.payment_methods import Provider
from domain.provider_accounts import ProviderMode
from integrations.opened import open_account
from integrations.simulator.books import connected, settings_of
from integrations.simulator.deliveries import Webhook, received, take_due
from integrations.simulator.turns import catch_up
from jobs.inbound_webhooks import Outcome, receive
from persistence.database import Database
from persistence.provider_accounts import access_to, mode_in_use
from persistence.simulator import has_anything_due

STATUS = {Outcome.ACCEPTED: 202, Outcome.NOT_SET_UP: 503, Outcome.NOT_GENUINE: 401, Outcome.UNREADABLE: 400}
"""What the simulator is answered, as if its webhooks came over the network."""


async def deliver(database: Database, now: datetime) -> int:
    """Lets happen what has fallen due and sends what there is to tell. Several workers never send the same at once."""
    if mode_in_use() is not ProviderMode.SANDBOX or not await has_anything_due(database, now):
        return 0
    secret = open_account(await access_to(database, Provider.SIMULATOR), database.url).webhook_secrets[0]
    async with connected(database.url) as db:
        done = await catch_up(db, await settings_of(db), now)
        while webhooks := await take_due(db, now):
            for webhook in webhooks:
                await _send(database, db, webhook, secret, now)
            done += len(webhooks)
    return done


async def _send(database: Database, db: asyncpg.Connection, webhook: Webhook, secret: str, now: datetime) -> None:
    """Through the door that the webhooks of all providers come in by."""
    real = datetime.now(UTC)
    answer = await receive(database, Provider.SIMULATOR, webhook.headers(secret, real), webhook.body, real)
    await received(db, webhook, STATUS[answer.outcome], now)
