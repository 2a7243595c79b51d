"""How the platform stands, as operators see it."""

from datetime import datetime

import strawberry

from domain import system_status as domain
from domain.jobs import JobStatus
from domain.permissions import Permission
from resolvers import system_status as resolve
from resolvers.context import Context
from schema.guarded import asks
from schema.scalars import Int64
from schema.shapes import plain, shows


@shows(domain.Dependency, "Something that a process needs, or does worse without.")
class Dependency:
    name: str = plain("database, schema or bus.")
    status: str = plain("ok or unavailable.")
    latency_ms: float = plain("How long it took to answer, in milliseconds.")
    required: bool = plain("Whether the process is not ready without it.")


@shows(domain.WorkerBeat, "A worker that has lived within the last day.")
class WorkerStatus:
    type: str = plain("RELAY for the one that gives events their order and runs jobs; WORKER for the others.")
    host: str = plain("The name of its machine.")
    started_at: datetime = plain("Since when it lives, in real time.")
    last_heartbeat: datetime = plain(
        "When it last said so, in real time; it does every 10 seconds.", name="lastHeartbeatAt"
    )


@shows(domain.JobCount, "How many jobs of a kind have a status.")
class JobCount:
    kind: str = plain("What they do.")
    status: JobStatus = plain("Where they stand.")
    count: int = plain("How many they are.")


@shows(domain.SystemStatus, "How the platform stands, as the process that answers sees it.")
class SystemStatus:
    schema_revision: str = plain("The revision of the database that this build needs.")
    dependencies: list[Dependency] = plain("What the process depends on, asked at most two seconds ago.")
    workers: list[WorkerStatus] = plain("All workers, the one heard of last first.")
    outbox_waiting: Int64 = plain("Events that the relay has not placed yet.")
    outbox_lag_seconds: float = plain("How long the oldest of them waits.")
    jobs: list[JobCount] = plain("Jobs that are not done, by kind and status.")


@strawberry.type
class SystemStatusQueries:
    @asks(
        Permission.STAFF_OPS,
        "What the platform depends on, who works, and what waits. Needs the permission staff:ops.",
        graphql_type=SystemStatus,
    )
    async def system_status(self, info: strawberry.Info[Context, None]) -> object:
        return await resolve.system_status(info.context)
