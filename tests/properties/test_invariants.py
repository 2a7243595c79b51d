"""The rules that histories and stories end with see what is wrong: each is broken once by hand and says so."""

import asyncpg

from tests.makers.invariants import SQL, broken
from tests.makers.projects import approve, make_active_project, submit
from tests.world import World

CORRUPTIONS = {
    "a history leads to where its object is": "UPDATE gigs SET status = 'CLOSED'",
    "each step of a history begins where the last one ended": """
        UPDATE status_changes SET was = 'TODO' WHERE was IS NULL""",
    "a seat is within the gig and taken once, by an accepted proposal": "UPDATE proposals SET seat_no = 2",
    "a project has an accepted proposal": "UPDATE proposals SET status = 'WITHDRAWN', seat_no = NULL",
    "a milestone has a task": "DELETE FROM tasks",
    "a task is of the project of its milestone": "UPDATE tasks SET project_id = gen_random_uuid()",
    "an approved milestone has approved tasks only, and one at least": """
        UPDATE tasks SET status = 'CANCELLED', approved_at = NULL""",
    "a milestone is submitted when everything of it is delivered": """
        UPDATE tasks SET status = 'APPROVED', approved_at = created_at, revision = 1""",
    "work is done in active projects only": """
        UPDATE projects SET status = 'PENDING_ACTIVATION', activated_at = NULL""",
    "a project is completed exactly when none of its milestones is open": """
        UPDATE projects SET status = 'COMPLETED', completed_at = activated_at""",
    "a completion project began after its upfront was paid": """
        UPDATE projects SET activated_at = activated_at - interval '1 day'""",
    "the rest is billed at the end": "UPDATE invoices SET kind = 'FINAL'",
    "a project that is cancelled before it has begun bills nothing": """
        UPDATE projects SET status = 'CANCELLED', cancelled_at = activated_at, activated_at = NULL""",
    "never more than the budget is paid": "UPDATE projects SET budget_minor = 1, upfront_minor = 0",
    "revisions have no gaps and only the last one waits, while its task is submitted": "UPDATE tasks SET revision = 7",
    "collection gives up after three failures and not before": "UPDATE invoices SET collection_attempts = 3",
    "an open invoice that is collected is being paid or waits for its next charge": """
        UPDATE invoices SET status = 'OPEN', paid_minor = 0, amount_due_minor = total_minor, paid_at = NULL""",
}
"""All rules but those that a constraint of the table itself upholds, whatever session writes to it."""


async def test_every_rule_sees_what_breaks_it(world: World) -> None:
    """Behind the guards of the database, which would let none of it happen."""
    made = await make_active_project(world, "COMPLETION", (1, 1), budget_minor=330_000)
    await submit(made, made.task)
    await approve(made, made.task)
    assert await broken(world) == []
    connection = await asyncpg.connect(world.database.url)
    unseen = []
    for rule, corruption in CORRUPTIONS.items():
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"SET LOCAL session_replication_role = replica; {corruption}")
        if rule not in {row["rule"] for row in await connection.fetch(SQL)}:
            unseen.append(rule)
        await transaction.rollback()
    await connection.close()
    assert unseen == []
