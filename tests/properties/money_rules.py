"""What holds for money after every step, beyond the rules that a check of the books has."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from domain.payments import RETURNED
from persistence.books import check_books
from tests.makers.payouts import WALLET
from tests.makers.simulator import kept
from tests.properties.money_sides import Sides
from tests.world import Person, World

SQL = Path(__file__).with_suffix(".sql").read_text()


async def broken(world: World) -> list[str]:
    """The rules that do not hold, each with an object that breaks it."""
    async with world.database.connection() as connection:
        return [f"{rule}: {id_}" for rule, id_ in (await connection.execute(text(SQL))).all()]


async def broken_books(world: World) -> list[str]:
    """The same for the rules that a check of the books has, but for what a provider owes an answer to for too long."""
    checks = await check_books(world.database, world.clock.now())
    return [f"{check.code}: {check.samples}" for check in checks if not check.code.endswith("_UNKNOWN")]


async def unfinished(sides: Sides) -> list[dict[str, Any]]:
    """What the provider has been asked for and has not answered; what it took otherwise, staff decide about."""
    return await sides.rows("""
        SELECT id FROM payments WHERE status IN ('CREATED', 'PROCESSING', 'UNKNOWN')
            AND id::text NOT IN (SELECT subject_key FROM money_exceptions)
        UNION ALL SELECT id FROM refunds WHERE status IN ('PROCESSING', 'UNKNOWN')
        UNION ALL SELECT id FROM payouts WHERE status IN ('PENDING', 'IN_TRANSIT')""")


async def difference_to_provider(sides: Sides, currency: str) -> int:
    """What we say that the provider keeps for us, less what it says itself. Once every outcome is known, nothing.

    What staff have returned out of suspense they have sent back by hand, which the simulator does not know.
    """
    said = "SELECT coalesce(sum(e.amount_minor), 0)::bigint AS kept FROM ledger_entries e JOIN ledger_accounts a"
    ours = await sides.rows(f"{said} ON a.id = e.account_id WHERE code = 'provider_cash' AND a.currency = '{currency}'")
    [by_hand] = await sides.rows(f"""
        SELECT coalesce(sum(c.amount_minor), 0)::bigint AS amount FROM simulator_charges c
        JOIN payment_attempts a ON a.id = c.key JOIN payments p ON p.id = a.payment_id
        WHERE p.failure_code = '{RETURNED}' AND c.currency = '{currency}'""")
    return int(ours[0]["kept"]) - (await kept(sides.world, currency) - by_hand["amount"])


async def unexplained_wallets(person: Person) -> list[dict[str, int]]:
    """Wallets in which what there is and what left it is not what came in less what was spent and taken back."""
    shown = await person.ask(f"{{ wallets {{ nodes {{ {WALLET} }} }} }}")
    wallets = [{name: int(money["amountMinor"]) for name, money in one.items()} for one in shown["wallets"]["nodes"]]
    return [
        wallet
        for wallet in wallets
        if wallet["available"] + wallet["held"] + wallet["inTransit"] + wallet["paidOut"]
        != wallet["earned"] - wallet["spent"] - wallet["takenBack"]
        or min(wallet.values()) < 0
    ]
