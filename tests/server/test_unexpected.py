"""Faults of the server itself: masked, with the request's id, whichever way the answer would have gone."""

from sqlalchemy import text

from persistence.database import Database
from server.clock import Clock
from tests.client import Client
from tests.makers.outages import starting_database
from tests.world import World

SIGN_IN = 'mutation { signIn(input: { email: "a@b.example", password: "of somebody" }) { __typename } }'
SIGNED_IN = {"authorization": "Bearer of-somebody"}


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


async def test_while_the_database_is_away_whoever_asks_is_told_to_repeat() -> None:
    async with starting_database() as url:
        database = Database(url, pool_size=1)
        async with Client.serving(database, Clock()) as client:
            read = {"query": "{ viewer { user { email } } }"}
            write = {"query": SIGN_IN}
            answers = [
                await client.http.post("/graphql", json=read, headers=SIGNED_IN),
                await client.http.post("/graphql", json=write),
            ]
        await database.close()
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        [fault] = answer.json()["errors"]
        assert (fault["extensions"]["code"], fault["extensions"]["retryAfter"]) == ("UNAVAILABLE", 1)
