"""Faults of the server itself: masked, with the request's id, whichever way the answer would have gone."""

from sqlalchemy import text

from tests.world import World


async def test_a_planned_answer_that_cannot_be_given_is_a_masked_fault(world: World) -> None:
    """Reads of staff are written down first; here they cannot be."""
    staff = await world.staff()
    request = {"query": "{ viewer { user { email } } }"}
    headers = {"authorization": f"Bearer {staff.token}", "x-request-id": "the-broken-one"}
    await world.client.http.post("/graphql", json=request, headers=headers)
    async with world.database.engine.begin() as connection:
        await connection.execute(text("ALTER FUNCTION append_audit RENAME TO lost"))
    try:
        answer = await world.client.http.post("/graphql", json=request, headers=headers)
    finally:
        async with world.database.engine.begin() as connection:
            await connection.execute(text("ALTER FUNCTION lost RENAME TO append_audit"))
    assert answer.status_code == 500
    [fault] = answer.json()["errors"]
    assert fault["extensions"] == {"code": "INTERNAL", "requestId": "the-broken-one"}
    assert fault["message"] == "Something went wrong on our side; it has been logged."
