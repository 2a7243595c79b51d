"""Health: whether the process runs, and whether it and what it depends on can serve."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from persistence.database import Database
from server.migrations import head_revision, is_served

PROBE_SECONDS, REUSE_SECONDS = 1.0, 2.0


@dataclass(slots=True)
class Health:
    """Readiness of one process. While it drains it is not ready, so that balancers stop sending."""

    database: Database
    is_draining: bool = False
    _result: dict[str, Any] | None = None
    _until: float = 0.0

    async def live(self, request: Request) -> JSONResponse:
        """The process runs; touches nothing else."""
        return JSONResponse({"status": "ok"})

    async def ready(self, request: Request) -> JSONResponse:
        """200 when every required dependency answers within a second, else 503; a result is reused for 2 seconds."""
        if self._result is None or time.monotonic() > self._until:
            self._result = await self._probe()
            self._until = time.monotonic() + REUSE_SECONDS
        is_ready = not self.is_draining and all(one["status"] == "ok" for one in self._result["dependencies"])
        status = "ok" if is_ready else "draining" if self.is_draining else "unavailable"
        return JSONResponse({"status": status, **self._result}, status_code=200 if is_ready else 503)

    async def _probe(self) -> dict[str, Any]:
        dependencies = await asyncio.gather(
            _measure("database", self._database_answers), _measure("schema", self._schema_is_there)
        )
        return {"dependencies": dependencies, "schemaRevision": head_revision()}

    async def _database_answers(self) -> None:
        async with self.database.connection() as connection:
            await connection.execute(text("SELECT 1"))

    async def _schema_is_there(self) -> None:
        async with self.database.connection() as connection:
            applied = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        if not is_served(applied):
            raise RuntimeError(f"the schema is at {applied}, this build needs {head_revision()}")


async def _measure(name: str, probe: Callable[[], Awaitable[None]]) -> dict[str, Any]:
    started, status = time.perf_counter(), "ok"
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except Exception:
        status = "unavailable"
    latency = round((time.perf_counter() - started) * 1000, 1)
    return {"name": name, "status": status, "latencyMs": latency, "required": True}
