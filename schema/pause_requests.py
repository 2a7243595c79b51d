"""Pause requests as clients see and answer them."""

from datetime import datetime
from typing import Any

import strawberry

from domain import pause_requests as domain
from domain.pause_requests import PauseRequestStatus
from domain.permissions import Permission
from resolvers import pause_requests as resolve
from schema.connections import one
from schema.enums import describe
from schema.inputs import an_id, value
from schema.mutations import Verb, mutation
from schema.projects import Project
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    PauseRequestStatus,
    "The life of a pause request.",
    PENDING="Waits for the client.",
    APPROVED="The client put the project on hold.",
    DECLINED="The client said no.",
    WITHDRAWN="The freelancer took it back.",
    AUTO_APPROVED="Three reminders within 48 hours put the project on hold.",
)


@shows(domain.PauseRequest, "The freelancer's wish to put a project on hold. At most one is pending per project.")
class PauseRequest(Stateful):
    status: PauseRequestStatus = plain("Where it stands.")
    project: Project = one(resolve.PROJECT, Project, "The project.", required=True)
    reason: str = plain("Why the freelancer asks.")
    reminders: list[datetime] = plain("When the client was reminded, oldest first.", name="remindedAt")


def _verb(verb: Verb, description: str, needs: Permission, **more: Any) -> Any:
    """All of them name the project and show it with the request."""
    return mutation(
        verb,
        description,
        needs=needs,
        takes={"project_id": an_id("Project", "The project."), **more},
        gives={"project": (Project, "The project."), "pause_request": (PauseRequest, "The request.")},
    )


@strawberry.type
class PauseRequestMutations:
    request_pause = _verb(
        resolve.request_pause,
        "Asks the client to put an active project on hold, for the freelancer. CONFLICT while a request is pending.",
        Permission.WORK_WRITE,
        reason=value(str, "Why: 1 to 1000 characters."),
    )
    remind_pause = _verb(
        resolve.remind_pause,
        "Reminds the client of a pending request, for the freelancer, as often as you like. A reminder that is the "
        "third within 48 hours puts the project on hold.",
        Permission.WORK_WRITE,
    )
    withdraw_pause_request = _verb(
        resolve.withdraw_pause_request,
        "Takes a pending request back, for the freelancer.",
        Permission.WORK_WRITE,
    )
    approve_pause_request = _verb(
        resolve.approve_pause_request,
        "Grants a pending request, for the client: the project is on hold, and the freelancer can resume it as well.",
        Permission.WORK_APPROVE,
    )
    decline_pause_request = _verb(
        resolve.decline_pause_request,
        "Turns a pending request down, for the client; the project goes on.",
        Permission.WORK_APPROVE,
    )
