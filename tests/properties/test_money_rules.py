"""The rules that histories of money are held to see what is wrong: each is broken once by hand and says so."""

import asyncpg

from tests.makers.approvals import make_waiting
from tests.makers.chargebacks import make_disputed
from tests.makers.credits import credit
from tests.makers.debts import owe
from tests.makers.escrow import make_delivered_project, release
from tests.makers.payments import make_claim
from tests.makers.payouts import make_payout_method, request_payout
from tests.properties.money_rules import SQL, broken
from tests.world import World

_OF = "WHERE account_id IN (SELECT id FROM ledger_accounts WHERE code = '{}')"
CORRUPTIONS = {
    "every currency adds up to zero": """
        UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE amount_minor > 0""",
    "every transfer adds up to zero": "DELETE FROM ledger_entries WHERE id = (SELECT min(id) FROM ledger_entries)",
    "a hold is what was released, refunded and remains": """
        UPDATE escrow_holds SET released_minor = released_minor + 1, remaining_minor = remaining_minor - 1""",
    "escrow has what remains of holds with money in them, and nothing else": """
        UPDATE escrow_holds SET amount_minor = amount_minor + 1, remaining_minor = remaining_minor + 1,
            net_minor = net_minor + 1""",
    "the fees of a hold that is released as a whole are its fee": """
        UPDATE escrow_holds SET amount_minor = released_minor, remaining_minor = 0, status = 'RELEASED', fee_minor = 1,
            net_minor = released_minor - 1""",
    "no balance that is guarded is below zero, and each is the sum of its entries": """
        UPDATE ledger_balances SET balance_minor = balance_minor + 1""",
    "money on its way out is never less than nothing, for each payout and refund": f"""
        DELETE FROM ledger_entries {_OF.format("payout_in_transit")} AND amount_minor < 0""",
    "a chargeback takes back no less than nothing": f"""
        UPDATE ledger_entries SET amount_minor = -amount_minor {_OF.format("chargeback_reserve")}""",
    "no more is refunded of a payment than was captured": "UPDATE refunds SET amount_minor = 100001",
    "an invoice and a hold are being paid once at a time": """
        DROP INDEX uq_payments_live; UPDATE payments SET status = 'UNKNOWN', hold_id = NULL,
            invoice_id = (SELECT id FROM invoices LIMIT 1)""",
    "a milestone has one hold at a time": """
        DROP INDEX uq_escrow_holds_live; INSERT INTO escrow_holds
            SELECT (jsonb_populate_record(h, jsonb_build_object('id', gen_random_uuid()))).* FROM escrow_holds h""",
    "nobody approves what they have asked for, and no payee its own release": """
        ALTER TABLE approval_requests DROP CONSTRAINT ck_approval_requests_another_person; UPDATE approval_requests
            SET status = 'APPROVED', decided_by_id = requested_by_id, decided_at = created_at""",
    "what is billed of an open invoice is what is due, and nothing of any other": f"""
        DELETE FROM ledger_entries {_OF.format("billed")}""",
    "what is owed is owed by nobody who has free money": """
        SELECT 'the debt that the test has made'""",
}


async def test_every_rule_of_money_sees_what_it_is_about(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await make_payout_method(made.freelancer)
    await release(made, hold, 60_000)
    await request_payout(made.freelancer, 10_000)
    await make_disputed(world)
    claim = await make_claim(world, token="sim_ok")
    await claim.pay()
    await world.settle()
    await credit(claim, 50_000, refund=True)
    await make_claim(world)
    await make_waiting(world, made.client)
    assert await broken(world) == []
    assert [rule for rule in CORRUPTIONS if f"'{rule}'" not in SQL] == []
    assert SQL.count("UNION ALL") + 1 == len(CORRUPTIONS)
    await owe(world, made.freelancer, 1)
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
