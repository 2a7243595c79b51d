"""Health: whether the process runs, and whether it and what it depends on can serve."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from domain.bus import Bus
from domain.system_status import Dependency, WorkerBeat
from integrations.files import files_in_use
from persistence import workers
from persistence.database import Database
from server.migrations import head_revision, is_served

PROBE_SECONDS, REUSE_SECONDS = 1.0, 2.0


@dataclass(slots=True)
class Health:
    """Readiness of one process. While it drains it is not ready, so that balancers stop sending."""

    database: Database
    bus: Bus | None = None
    is_draining: bool = False
    _dependencies: Sequence[Dependency] = ()
    _workers: Sequence[WorkerBeat] = ()
    _until: float = 0.0
    _probing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def live(self, request: Request) -> JSONResponse:
        """The process runs; touches nothing else."""
        return JSONResponse({"status": "ok"})

    async def ready(self, request: Request) -> JSONResponse:
        """200 when every required dependency answers within a second, else 503; a result is reused for 2 seconds."""
        revision, dependencies = await self.known()
        is_ready = not self.is_draining and all(one.status == "ok" for one in dependencies if one.required)
        status = "ok" if is_ready else "draining" if self.is_draining else "unavailable"
        shown = [
            {"name": one.name, "status": one.status, "latencyMs": one.latency_ms, "required": one.required}
            for one in dependencies
        ]
        beats = [{"type": one.type, "lastHeartbeat": one.last_heartbeat.isoformat()} for one in self._workers]
        answer = {"status": status, "dependencies": shown, "workers": beats, "schemaRevision": revision}
        return JSONResponse(answer, status_code=200 if is_ready else 503)

    async def known(self) -> tuple[str, Sequence[Dependency]]:
        """The revision that this build needs, and what the process depends on, asked at most two seconds ago."""
        async with self._probing:
            if time.monotonic() > self._until:
                await self._probe()
                self._until = time.monotonic() + REUSE_SECONDS
        return head_revision(), self._dependencies

    async def _probe(self) -> None:
        probes = [
            _measure("database", self._database_answers),
            _measure("schema", self._schema_is_there),
            _measure("storage", _storage_answers, required=False),
        ]
        if self.bus is not None:
            probes.append(_measure("bus", self.bus.probe, required=False))
        self._dependencies = await asyncio.gather(*probes)
        # Shown, and not required: the API serves without workers.
        with suppress(Exception):
            async with asyncio.timeout(PROBE_SECONDS), self.database.reader() as session:
                self._workers = await workers.beats(session)

    async def _database_answers(self) -> None:
        async with self.database.connection() as connection:
            await connection.execute(text("SELECT 1"))

    async def _schema_is_there(self) -> None:
        async with self.database.connection() as connection:
            applied = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        if not is_served(applied):
            raise RuntimeError(f"the schema is at {applied}, this build needs {head_revision()}")


async def _storage_answers() -> None:
    await files_in_use().probe()


async def _measure(name: str, probe: Callable[[], Awaitable[None]], *, required: bool = True) -> Dependency:
    started, status = time.perf_counter(), "ok"
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except Exception:
        status = "unavailable"
    latency = round((time.perf_counter() - started) * 1000, 1)
    return Dependency(name, status, latency, required)
