"""What the database refuses about agreed work, whoever writes it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.makers.projects import make_submitted_project
from tests.makers.traces import nothing_changes
from tests.world import World

FORBIDDEN = {
    "held": "UPDATE projects SET status = 'ON_HOLD'",
    "completed": "UPDATE projects SET completed_at = now()",
    "cancelled": "UPDATE projects SET status = 'CANCELLED'",
    "archived": "UPDATE projects SET archived_at = now()",
    "activated": "UPDATE projects SET due_on = NULL",
    "two_sides": "UPDATE projects SET freelancer_organization_id = client_organization_id",
    "timer": "UPDATE milestones SET auto_approve_at = NULL",
    "approved": "UPDATE milestones SET status = 'APPROVED', auto_approve_at = NULL",
    "approved_how": "UPDATE milestones SET approved_via = 'CLIENT'",
    "amount": "UPDATE milestones SET amount_minor = 0",
    "uq_milestones_position": "UPDATE milestones SET position = 1",
    "revision": "UPDATE tasks SET revision = 0",
    "uq_task_submissions_pending": (
        "INSERT INTO task_submissions SELECT gen_random_uuid(), task_id, client_organization_id,"
        " freelancer_organization_id, 2, note, links, submitted_by, submitted_at, decision, NULL, NULL, NULL"
        " FROM task_submissions"
    ),
    "decided": "UPDATE task_submissions SET decision = 'APPROVED'",
    "something": "UPDATE task_submissions SET note = ''",
}


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_the_database_refuses_states_that_contradict_their_facts(world: World, name: str) -> None:
    await make_submitted_project(world, "COMPLETION", (1, 1))
    async with nothing_changes(world), world.database.connection() as connection:
        with pytest.raises(IntegrityError, match=name):
            await connection.execute(text(FORBIDDEN[name]))
