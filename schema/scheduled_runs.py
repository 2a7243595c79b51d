"""Scheduled runs as operators read and ask for them."""

from datetime import datetime
from typing import Any

import strawberry

from domain import scheduled_runs as domain
from domain.permissions import Permission
from domain.scheduled_runs import ScheduledRunStatus
from resolvers import scheduled_runs as resolve
from schema.connections import connection, order_input
from schema.enums import describe
from schema.inputs import optional, value
from schema.mutations import mutation
from schema.shapes import Node, plain, shows

describe(
    ScheduledRunStatus,
    "The life of a scheduled run.",
    QUEUED="It waits for a worker.",
    RUNNING="A worker runs it. If that dies, another one takes it at nextAt.",
    SUCCEEDED="All is done that was due.",
    FAILED="It has failed, and is tried again at nextAt if that is not null.",
)


@shows(
    domain.ScheduledRun,
    "A run of what runs at set times. There is one for each time, whatever the number of workers. Needs staff:ops.",
)
class ScheduledRun(Node):
    version: int = plain("Counts the committed changes, from 1.")
    created_at: datetime = plain("When it was entered.")
    updated_at: datetime = plain("When it last changed.")
    name: str = plain("What runs, for example audit.anchor.")
    scheduled_for: datetime = plain("For when it was scheduled, or when somebody asked for it.", name="scheduledAt")
    status: ScheduledRunStatus = plain("Where it stands.")
    attempts: int = plain("How often it was begun.")
    next_at: datetime | None = plain("When a worker takes it, again where it has failed; null: none does any more.")
    started_at: datetime | None = plain("When it was begun last.")
    ended_at: datetime | None = plain("When that ended.")
    handled: int | None = plain("How much there was to do.")
    error: str | None = plain("What it has failed with.")


@strawberry.input(description="Conditions on scheduled runs; all given ones must hold.")
class ScheduledRunFilter:
    name: list[str] | None = optional(list[str], "Of one of these names.")
    status: list[ScheduledRunStatus] | None = optional(list[ScheduledRunStatus], "In one of these states.")


ScheduledRunOrder: Any = order_input(resolve.LIST, "ScheduledRunOrder")


@strawberry.type
class ScheduledRunQueries:
    scheduled_runs = connection(
        resolve.LIST,
        ScheduledRun,
        "What has run at set times, latest first. Needs the permission staff:ops.",
        filter=ScheduledRunFilter,
        order=ScheduledRunOrder,
        needs=Permission.STAFF_OPS,
    )


@strawberry.type
class ScheduledRunMutations:
    run_scheduled = mutation(
        resolve.run_scheduled,
        "Lets something that runs at set times run now: the next free worker takes it. INVALID for what does not exist;"
        " the message names what does.",
        needs=Permission.STAFF_OPS,
        takes={"name": value(str, "What to run, for example audit.anchor.")},
        gives={"run": (ScheduledRun, "The run, which waits for a worker.")},
    )
