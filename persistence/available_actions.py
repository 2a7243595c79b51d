"""Queries of what viewers may do with milestones and tasks, which their project and each other have a say in."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain import approval
from domain.milestones import Milestone
from domain.projects import Project
from domain.states import AvailableAction
from domain.task_work import Work
from domain.tasks import Task
from persistence.tables.projects import milestones, projects, tasks
from planner.edges import Batch

Actions = Mapping[UUID, list[AvailableAction]]


async def _of_milestones(session: AsyncSession, viewer: Any, parents: Sequence[Milestone]) -> Actions:
    of_project = await _projects(session, {milestone.project_id for milestone in parents})
    parts = await _tasks(session, [milestone.id for milestone in parents])
    return {
        one.id: list(approval.available_actions(of_project[one.project_id], one, parts[one.id], by=viewer))
        for one in parents
    }


async def _of_tasks(session: AsyncSession, viewer: Any, parents: Sequence[Task]) -> Actions:
    milestone_ids = {task.milestone_id for task in parents}
    of_project = await _projects(session, {task.project_id for task in parents})
    found = await session.scalars(select(Milestone).where(milestones.c.id.in_(milestone_ids)))
    of_milestone = {one.id: one for one in found}
    siblings = await _tasks(session, milestone_ids)
    return {
        task.id: list(
            Work(
                project=of_project[task.project_id],
                milestone=of_milestone[task.milestone_id],
                task=task,
                tasks=siblings[task.milestone_id],
            ).available_actions(viewer)
        )
        for task in parents
    }


async def _projects(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Project]:
    return {one.id: one for one in await session.scalars(select(Project).where(projects.c.id.in_(ids)))}


async def _tasks(session: AsyncSession, milestone_ids: Collection[UUID]) -> Mapping[UUID, list[Task]]:
    found: dict[UUID, list[Task]] = defaultdict(list)
    for task in await session.scalars(select(Task).where(tasks.c.milestone_id.in_(milestone_ids))):
        found[task.milestone_id].append(task)
    return found


OF_MILESTONE = Batch(_of_milestones, default=())
OF_TASK = Batch(_of_tasks, default=())
