"""Calls of apps: counted in memory, for no request waits to be counted, and added to the statistics now and then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from uuid import UUID

import structlog

from domain.app_usage import Calls
from persistence import app_usage
from persistence.database import Database
from resolvers.context import Context

WRITTEN_EVERY_SECONDS = 5.0

log = structlog.get_logger("milepost.app_calls")


class AppCalls:
    """One per process. What was counted since it was last written is lost with the process."""

    def __init__(self) -> None:
        self._counted: dict[tuple[UUID, date], Calls] = {}

    def add(self, app_id: UUID, context: Context) -> None:
        """An operation that an app has asked for and that has ended."""
        calls = self._counted.setdefault((app_id, context.platform.now().date()), Calls())
        calls.calls += 1
        calls.errors += bool(context.refusals or context.work.faults)

    async def write(self, database: Database) -> None:
        """Adds what has been counted to the statistics; what cannot be written now is written with the next."""
        counted, self._counted = self._counted, {}
        if not counted:
            return
        try:
            await app_usage.add_calls(database, ((*of, calls) for of, calls in counted.items()))
        except Exception:
            log.exception("calls of apps could not be written; they are kept")
            for of, calls in counted.items():
                kept = self._counted.setdefault(of, Calls())
                kept.calls += calls.calls
                kept.errors += calls.errors

    @asynccontextmanager
    async def written_to(self, database: Database) -> AsyncIterator[None]:
        """Writes for as long as the block runs, and once more at its end."""
        task = asyncio.create_task(self._write_now_and_then(database))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.write(database)

    async def _write_now_and_then(self, database: Database) -> None:
        while True:
            await asyncio.sleep(WRITTEN_EVERY_SECONDS)
            await self.write(database)
