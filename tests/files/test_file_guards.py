"""What the database itself refuses of files."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.makers.credit_control import make_dispute
from tests.makers.files import PDF, announce, make_handed_over
from tests.world import World

_DISPUTED = "UPDATE files SET credit_dispute_id = (SELECT id FROM credit_disputes)"
REFUSED = {
    "attached_once": f"{_DISPUTED} WHERE submission_id IS NOT NULL",
    "attached_clean": f"{_DISPUTED} WHERE status = 'PENDING'",
    "scan_result": "UPDATE files SET status = 'INFECTED' WHERE status = 'PENDING'",
    "storage_key": "UPDATE files SET storage_key = '../../etc/passwd'",
    "size": "UPDATE files SET size = 0",
}


async def test_no_statement_attaches_twice_or_too_early_or_names_a_path(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_handed_over(world, client, freelancer)
    await make_dispute(client)
    await announce(client, PDF)
    for name, statement in REFUSED.items():
        with pytest.raises(IntegrityError, match=f"ck_files_{name}"):
            async with world.database.engine.begin() as connection:
                await connection.execute(text(statement))
