"""How the platform stands: what this process depends on, who works, and what waits."""

from domain.system_status import SystemStatus
from persistence import jobs, outbox, workers
from resolvers.context import Context


async def system_status(context: Context) -> SystemStatus:
    platform = context.platform
    revision, dependencies = await platform.probe()
    async with platform.database.reader() as session:
        backlog = await outbox.backlog(session)
        beats, counts = await workers.beats(session), await jobs.counts(session)
    lag = 0.0 if backlog.oldest_at is None else (platform.now() - backlog.oldest_at).total_seconds()
    return SystemStatus(revision, dependencies, beats, backlog.events, lag, counts)
