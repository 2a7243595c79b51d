"""Jobs as operators read them and let them be tried again."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from domain import jobs as domain
from domain.jobs import JobStatus
from domain.permissions import Permission
from resolvers import jobs as resolve
from schema.connections import computed, connection, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.nodes import by_id
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    JobStatus,
    "The life of a job.",
    QUEUED="It waits for its first attempt.",
    RUNNING="An attempt was begun. If its process dies, it is tried again at nextAt.",
    RETRYING="An attempt has failed; it is tried again at nextAt.",
    SUCCEEDED="It is done.",
    DEAD="It was tried ten times, or cannot be done by this build, and waits for people.",
)


@shows(
    domain.Job,
    "Something that is done because of an event: a letter, a payment that is sent. It is kept as long as its event, 90"
    " days. Needs staff:ops.",
)
class Job(Stateful):
    status: JobStatus = plain("Where it stands.")
    reaction: str = plain("What is done, for example send_payment.", name="kind")
    position: Int64 = plain("The place of its event in the order of all events.")
    event_type: str | None = computed(resolve.EVENT_TYPE, str | None, "What has happened, for example payment.created.")
    subject_type: str | None = computed(resolve.SUBJECT_TYPE, str | None, "To what kind of object it has happened.")
    subject_id: UUID | None = computed(resolve.SUBJECT_ID, UUID | None, "To which one: the UUID behind its id.")
    request_id: str | None = computed(
        resolve.REQUEST_ID, str | None, "The request that changed it, as logs and the audit log name it."
    )
    attempts: int = plain("How often it was begun since it was queued, or since it was retried last.")
    max_attempts: int = plain("After how many it is dead.")
    next_at: datetime = plain("When it is tried next, or would have been.")
    error: str | None = plain("What the last attempt has failed with.")
    retry_reason: str | None = plain("Why somebody had it tried again last.")


@strawberry.input(description="Conditions on jobs; all given ones must hold.")
class JobFilter:
    status: list[JobStatus] | None = optional(list[JobStatus], "In one of these states.")
    kind: list[str] | None = optional(list[str], "Of one of these kinds.")


JobOrder: Any = order_input(resolve.LIST, "JobOrder")


@strawberry.type
class JobQueries:
    jobs = connection(
        resolve.LIST,
        Job,
        "What is done because of events, newest event first. Needs the permission staff:ops.",
        filter=JobFilter,
        order=JobOrder,
        needs=Permission.STAFF_OPS,
    )
    job: Job | None = by_id("Job", Job, "A job by its id.")


@strawberry.type
class JobMutations:
    retry_job = mutation(
        resolve.retry_job,
        "Lets a dead job be tried again, as if its event had just come. A job may run more than once: where nothing is"
        " left to do, it does nothing. WRONG_STATE unless it is DEAD.",
        needs=Permission.STAFF_OPS,
        takes={
            "job_id": an_id("Job", "The job."),
            "reason": value(str, "What is different now, 1 to 1000 characters."),
        },
        gives={"job": (Job, "The job as it is now.")},
    )
