"""Projects: activating, holding, cancelling and staffing them."""

from uuid import UUID

from domain import project_people as people
from domain import schedules
from domain.refusals import wrong_state
from persistence import budgets, cancellation, invoices, milestones, pause_requests, project_people, projects
from persistence.unit import Unit
from resolvers.mutations import Changed

GIG, PROPOSAL, CLIENT, FREELANCER = projects.GIG, projects.PROPOSAL, projects.CLIENT, projects.FREELANCER
CLIENT_CONTACT, TEAM = project_people.CLIENT_CONTACT, project_people.TEAM
MILESTONES, PAUSE_REQUEST = milestones.OF_PROJECT, pause_requests.PENDING
INVOICES = invoices.OF_PROJECT
SUMMARY, PROGRESS = budgets.SUMMARY, budgets.PROGRESS
LIST = projects.LIST


async def activate_project(db: Unit, *, project_id: UUID) -> Changed:
    project = await projects.for_change(db, project_id)
    project.check("activateProject", by=db.by)
    if missing := await projects.missing_for_activation(db, project):
        message = f"The project cannot start yet: {' and '.join(missing)}."
        raise wrong_state(message, from_state=project.status.name)
    parts = await projects.parts_for_change(db, project_id)
    schedules.activate(project, *parts, paid_minor=await budgets.paid_minor(db, project_id), by=db.by, at=db.at)
    return Changed(project=project)


async def pause_project(db: Unit, *, project_id: UUID) -> Changed:
    project = await projects.for_change(db, project_id)
    project.pause("pauseProject", paid_minor=await budgets.paid_minor(db, project_id), by=db.by, at=db.at)
    return Changed(project=project)


async def resume_project(db: Unit, *, project_id: UUID) -> Changed:
    project = await projects.for_change(db, project_id)
    parts = await projects.parts_for_change(db, project_id)
    schedules.resume(project, *parts, paid_minor=await budgets.paid_minor(db, project_id), by=db.by, at=db.at)
    return Changed(project=project)


async def cancel_project(db: Unit, *, project_id: UUID, reason: str) -> Changed:
    return Changed(project=await cancellation.cancel(db, project_id, reason))


async def archive_project(db: Unit, *, project_id: UUID) -> Changed:
    project = await projects.for_change(db, project_id)
    project.archive(by=db.by, at=db.at)
    return Changed(project=project)


async def set_project_team(db: Unit, *, project_id: UUID, membership_ids: list[UUID]) -> Changed:
    project = await projects.for_change(db, project_id)
    project.check("setProjectTeam", by=db.by)
    named = await project_people.members(db, membership_ids, "membershipIds")
    people.name_team(project, named, by=db.by)
    return Changed(project=project)


async def set_client_contact(db: Unit, *, project_id: UUID, membership_id: UUID) -> Changed:
    project = await projects.for_change(db, project_id)
    project.check("setClientContact", by=db.by)
    people.name_contact(project, await project_people.member(db, membership_id, "membershipId"), by=db.by)
    return Changed(project=project)
