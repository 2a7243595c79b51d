"""Makers of wallets with money in them, and of payouts."""

from typing import Any

from sqlalchemy import select

from domain.payouts import Payout
from persistence.books import check_books
from persistence.tables.payouts import payouts
from tests.makers.earnings import earn, trade_of
from tests.world import Person, World

WALLET = """available { amountMinor } held { amountMinor } inTransit { amountMinor } paidOut { amountMinor }
  earned { amountMinor } spent { amountMinor } takenBack { amountMinor } debt { amountMinor }"""


async def make_payout_method(
    person: Person, token: str = "sim_bank_ok", currency: str = "EUR", *, make_default: bool = False
) -> str:
    """The id of a new payout method; the first of a currency is its default."""
    added = await person.do(
        "addPayoutMethod",
        "method { id }",
        provider="SIMULATOR",
        token=token,
        currency=currency,
        makeDefault=make_default,
    )
    return str(added["method"]["id"])


async def earner(world: World, amount_minor: int = 95_000, *, token: str | None = "sim_bank_ok") -> Person:
    """A freelancer whose wallet holds an amount of euros, with a payout method unless told otherwise."""
    person = await world.freelancer_side()
    await earn(world, await trade_of(world, person), amount_minor)
    if token is not None:
        await make_payout_method(person, token)
    return person


async def request_payout(person: Person, amount_minor: int, *, currency: str = "EUR", **more: Any) -> dict[str, Any]:
    """The payout that somebody asks for, with its status and approval."""
    amount = {"amountMinor": str(amount_minor), "currency": currency}
    input = {"amount": amount, "idempotencyKey": person.world.key()} | more
    given = await person.do("requestPayout", "payout { id status holdReason } approval { id status }", **input)
    return {**given["payout"], "approval": given["approval"]}


async def figures(person: Person, currency: str = "EUR") -> dict[str, int]:
    """What a wallet shows that is not 0."""
    query = f"query($currency: Currency!) {{ wallets(filter: {{currency: $currency}}) {{ nodes {{ {WALLET} }} }} }}"
    [wallet] = (await person.ask(query, currency=currency))["wallets"]["nodes"]
    return {name: int(money["amountMinor"]) for name, money in wallet.items() if money["amountMinor"] != "0"}


async def states_of_payouts(world: World) -> list[str]:
    """The states of all payouts, oldest first."""
    async with world.database.reader() as session:
        return [one.status.name for one in await session.scalars(select(Payout).order_by(payouts.c.id))]


async def wrong_books(world: World) -> list[str]:
    """The rules of the books that do not hold, each with where; but for numbers, which made invoices do not take."""
    checks = await check_books(world.database, world.clock.now())
    return [f"{check.code}: {check.samples}" for check in checks if not check.code.startswith("NUMBER_")]
