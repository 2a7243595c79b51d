"""Statements of wallets for a period."""

from datetime import datetime, timedelta
from typing import Any

from tests.makers.earnings import earn, trade_of
from tests.makers.payouts import earner, make_payout_method, request_payout
from tests.world import Person, World

STATEMENT = """query($currency: Currency!, $organizationId: ID, $postedFrom: DateTime,
  $postedBefore: DateTime, $first: Int,
  $last: Int, $after: Cursor) {
  walletStatement(currency: $currency, organizationId: $organizationId, postedFrom: $postedFrom,
    postedBefore: $postedBefore) {
    opening { amountMinor } closing { amountMinor } wallet { currency }
    lines(first: $first, last: $last, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { amount { amountMinor } balance { amountMinor }
        entry { transfer { kind sourceType } payout { amount { amountMinor } } } } } } }"""


async def statement(person: Person, **variables: Any) -> dict[str, Any]:
    for end in ("postedFrom", "postedBefore"):
        if isinstance(variables.get(end), datetime):
            variables[end] = variables[end].isoformat()
    found: dict[str, Any] = (await person.ask(STATEMENT, currency="EUR", **variables))["walletStatement"]
    return found


def lines(found: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [
        (
            one["entry"]["transfer"]["kind"],
            int(one["amount"]["amountMinor"]),
            int(one["balance"]["amountMinor"]),
        )
        for one in found["lines"]["nodes"]
    ]


async def three_days(world: World) -> tuple[Person, list[datetime]]:
    """Earned 500.00, paid out 200.00 a day later, earned 100.00 a day later; and instants before and after each."""
    freelancer = await world.freelancer_side()
    trade = await trade_of(world, freelancer)
    await make_payout_method(freelancer)
    noons = [world.clock.now() - timedelta(hours=12)]
    for step in range(3):
        noons.append(world.clock.now() + timedelta(hours=12))
        if step == 1:
            await request_payout(freelancer, 20_000)
        else:
            await earn(world, trade, 50_000 if step == 0 else 10_000)
        world.clock.advance(timedelta(days=1))
    return freelancer, noons


async def test_the_closing_balance_is_the_opening_one_and_all_lines(world: World) -> None:
    freelancer, noons = await three_days(world)
    whole = await statement(freelancer)
    assert (whole["opening"], whole["closing"]) == ({"amountMinor": "0"}, {"amountMinor": "40000"})
    assert lines(whole) == [("P3", 50_000, 50_000), ("P12", -20_000, 30_000), ("P3", 10_000, 40_000)]
    assert whole["lines"]["nodes"][1]["entry"]["payout"] == {"amount": {"amountMinor": "20000"}}
    middle = await statement(freelancer, postedFrom=noons[1], postedBefore=noons[2])
    assert (middle["opening"], middle["closing"]) == ({"amountMinor": "50000"}, {"amountMinor": "30000"})
    assert lines(middle) == [("P12", -20_000, 30_000)]
    before = await statement(freelancer, postedBefore=noons[0])
    assert (before["opening"], before["closing"], lines(before)) == ({"amountMinor": "0"}, {"amountMinor": "0"}, [])


async def test_balances_go_on_from_page_to_page(world: World) -> None:
    freelancer = await world.freelancer_side()
    trade = await trade_of(world, freelancer)
    for amount in (1_000, 2_000, 3_000, 4_000, 5_000):
        await earn(world, trade, amount)
    first = await statement(freelancer, first=2)
    assert (lines(first), first["lines"]["totalCount"]) == ([("P3", 1_000, 1_000), ("P3", 2_000, 3_000)], 5)
    following = await statement(freelancer, first=2, after=first["lines"]["pageInfo"]["endCursor"])
    assert lines(following) == [("P3", 3_000, 6_000), ("P3", 4_000, 10_000)]
    assert lines(await statement(freelancer, last=1)) == [("P3", 5_000, 15_000)]


async def test_a_statement_is_for_its_own_organization_and_staff(world: World) -> None:
    freelancer, other = await earner(world, 5_000), await earner(world, 7_000)
    staff = await world.staff()
    mine = f"org_{freelancer.organization_id.hex}"
    assert await statement(other, organizationId=mine) is None
    assert (await statement(staff, organizationId=mine))["closing"] == {"amountMinor": "5000"}
    assert (await statement(other))["closing"] == {"amountMinor": "7000"}
    assert await statement(await world.client_side()) is None
