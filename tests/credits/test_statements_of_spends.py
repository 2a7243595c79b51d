"""How many statements what is done most often takes, and that what it writes is whole."""

from sqlalchemy import text

from tests.makers.credit_holders import holder
from tests.world import World

WRITTEN = text("""SELECT t.type, t.quantity, t.reference_id, t.details, t.version, t.created_at = t.updated_at,
    (SELECT count(*) FROM credit_consumptions c WHERE c.transaction_id = t.id),
    (SELECT array_agg(s.action) FROM status_changes s WHERE s.subject_id = t.id),
    (SELECT array_agg(o.type || ' ' || o.subject_version) FROM outbox o WHERE o.subject_id = t.id)
FROM credit_transactions t WHERE t.type <> 'GRANT' ORDER BY t.created_at, t.id""")
TOLD = text("SELECT change -> 'events' FROM audit_entries WHERE action = 'spendCredits' ORDER BY seq DESC LIMIT 1")
KEPT = text("SELECT result ->> 'balance' FROM idempotency_records WHERE mutation = 'spendCredits'")


async def test_a_spend_takes_five_statements(world: World) -> None:
    found = await holder(world, 100)
    counts = []
    for _ in range(3):
        before = world.client.statements
        await found.owner.do("spendCredits", "balance", quantity=3, idempotencyKey=world.key())
        counts.append(world.client.statements - before)
    assert counts[1:] == [5, 5]


async def test_what_is_written_in_one_statement_is_all_there(world: World) -> None:
    found = await holder(world, 100)
    await found.given(30)

    await found.do("spendCredits", quantity=110, reference="job-7", metadata={"pages": [1, 2.5, None], "of": "ü"})
    await found.do("holdCredits", quantity=2)

    async with world.database.reader() as session:
        spent, held = (tuple(row) for row in await session.execute(WRITTEN))
        told, kept = await session.scalar(TOLD), await session.scalar(KEPT)
    details = {"pages": [1, 2.5, None], "of": "ü"}
    assert spent == ("SPEND", 110, "job-7", details, 1, True, 2, None, ["credits.spent 1"])
    assert held == ("HOLD", 2, None, None, 1, True, 1, ["holdCredits"], ["credits.held 1"])
    assert [event["type"] for event in told] == ["credits.spent"]
    assert kept == "20"


async def test_what_a_spend_makes_low_is_told_with_it(world: World) -> None:
    found = await holder(world, 30)

    await found.do("spendCredits", quantity=11)

    async with world.database.reader() as session:
        told = await session.scalar(TOLD)
    assert [event["type"] for event in told] == ["credits.balance_low", "credits.spent"]
    account = await found.account()
    assert account["available"] == "19"
