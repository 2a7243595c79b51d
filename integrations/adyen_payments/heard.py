"""What Adyen has told so far, from the inbox: the only place to look for what Adyen cannot be asked about."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from integrations.adyen_payments.webhooks import REPORT_CREATED, Notice, notices_in

_OF_KEY = """
SELECT external_id, body, received_at FROM inbound_webhooks JOIN inbound_webhook_bodies ON webhook_id = id
WHERE provider = 'ADYEN' AND key = $1
"""
_OF_ID = """
SELECT external_id, body, received_at FROM inbound_webhooks JOIN inbound_webhook_bodies ON webhook_id = id
WHERE provider = 'ADYEN' AND provider_id = $1
"""
_DISPUTED_SINCE = """
SELECT external_id, body, received_at FROM inbound_webhooks JOIN inbound_webhook_bodies ON webhook_id = id
WHERE provider = 'ADYEN' AND kind = 'CHARGEBACK' AND provider_id IN (
    SELECT provider_id FROM inbound_webhooks WHERE provider = 'ADYEN' AND kind = 'CHARGEBACK' AND received_at > $1
)
"""
_REPORT = """
SELECT body FROM inbound_webhooks JOIN inbound_webhook_bodies ON webhook_id = id
WHERE provider = 'ADYEN' AND type = $1 AND provider_id = $2 ORDER BY occurred_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One notice, and when it came."""

    notice: Notice
    received_at: datetime


class Inbox:
    """Reads rows that are written only for messages whose signature was good, over a connection of its own."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def of_charge(self, key: UUID) -> list[Notice]:
        """All that is about the payment with our key."""
        return [one.notice for one in await self._read(_OF_KEY, key)]

    async def of_refund(self, key: UUID, provider_id: str | None) -> list[Notice]:
        """All that is about a refund: by our key or, where we were told it, by Adyen's id."""
        heard = await self._read(_OF_KEY, key)
        if provider_id is not None:
            heard += await self._read(_OF_ID, provider_id)
        return [one.notice for one in heard]

    async def of_dispute(self, psp: str) -> list[Heard]:
        return await self._read(_OF_ID, psp)

    async def disputes_since(self, instant: datetime) -> dict[str, list[Heard]]:
        """All that was ever heard of the disputes of which something was heard since then."""
        disputes: dict[str, list[Heard]] = {}
        for one in await self._read(_DISPUTED_SINCE, instant):
            disputes.setdefault(one.notice.psp, []).append(one)
        return disputes

    async def statement_url(self, day: date) -> str | None:
        """Where the statement of a day lies; None before Adyen has told that there is one."""
        name = f"balanceplatform_statement_report_{day:%Y_%m_%d}.csv"
        async with self._connected() as connection:
            row = await connection.fetchrow(_REPORT, REPORT_CREATED, name)
        return None if row is None else str(json.loads(row["body"])["data"]["downloadUrl"])

    async def _read(self, query: str, value: object) -> list[Heard]:
        async with self._connected() as connection:
            rows: Sequence[asyncpg.Record] = await connection.fetch(query, value)
        return [
            Heard(notice, row["received_at"])
            for row in rows
            for notice in notices_in(row["body"])
            # A body with several items is kept once for each: of each copy one item counts.
            if notice.external_id == row["external_id"]
        ]

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "milepost adyen"})
        try:
            yield connection
        finally:
            await connection.close(timeout=1)
