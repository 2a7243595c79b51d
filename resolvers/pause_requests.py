"""Pause requests: asking for a pause, reminding, and the client's answer."""

from collections.abc import Callable
from uuid import UUID

from domain import pause_requests as rules
from persistence import budgets, pause_requests, projects
from persistence.unit import Unit
from resolvers.mutations import Changed

PROJECT = pause_requests.PROJECT


async def request_pause(db: Unit, *, project_id: UUID, reason: str) -> Changed:
    project = await projects.for_change(db, project_id)
    paid_minor = await budgets.paid_minor(db, project_id)
    request = rules.ask(project, reason, paid_minor=paid_minor, by=db.by, at=db.at)
    db.add(request)
    return Changed(project=project, pause_request=request)


async def remind_pause(db: Unit, *, project_id: UUID) -> Changed:
    return await _answer(db, project_id, rules.remind)


async def withdraw_pause_request(db: Unit, *, project_id: UUID) -> Changed:
    return await _answer(db, project_id, rules.withdraw)


async def approve_pause_request(db: Unit, *, project_id: UUID) -> Changed:
    return await _answer(db, project_id, rules.approve)


async def decline_pause_request(db: Unit, *, project_id: UUID) -> Changed:
    return await _answer(db, project_id, rules.decline)


async def _answer(db: Unit, project_id: UUID, verb: Callable[..., None]) -> Changed:
    project, request = await pause_requests.for_answer(db, project_id)
    verb(project, request, paid_minor=await budgets.paid_minor(db, project_id), by=db.by, at=db.at)
    return Changed(project=project, pause_request=request)
