"""Thresholds through the API: staff set them, members see them."""

from domain.actors import SYSTEM
from domain.approval_requests import ApprovalKind
from domain.money import Money
from domain.permissions import StaffRole
from persistence.money_thresholds import needed
from persistence.unit import unit_of_work
from tests.makers.proposals import eur
from tests.world import World

LIST = """query($filter: MoneyThresholdFilter) { moneyThresholds(filter: $filter) { nodes {
  kind amount { amountMinor currency } setBy { id } } } }"""
THRESHOLD = "{ kind amount { amountMinor currency } setBy { id } }"


async def is_needed(world: World, kind: ApprovalKind, amount_minor: int) -> bool:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        return await needed(db, kind, Money(amount_minor, "EUR"))


async def test_what_staff_set_counts_from_then_on(world: World) -> None:
    finance = await world.staff(StaffRole.FINANCE)
    assert await is_needed(world, ApprovalKind.PAYOUT, 100_000)
    answer = await finance.do(
        "setMoneyThresholds",
        f"payout {THRESHOLD} refund {THRESHOLD} ruling {THRESHOLD}",
        payout=eur(200_000),
        ruling=eur(0),
    )
    assert answer["payout"] == {
        "kind": "PAYOUT",
        "amount": {"amountMinor": "200000", "currency": "EUR"},
        "setBy": {"id": f"usr_{finance.user_id.hex}"},
    }
    assert (answer["refund"], answer["ruling"]["amount"]["amountMinor"]) == (None, "0")
    assert not await is_needed(world, ApprovalKind.PAYOUT, 199_999)
    assert await is_needed(world, ApprovalKind.PAYOUT, 200_000)
    await finance.do("setMoneyThresholds", "payout { kind }", payout=eur(50_000))
    assert await is_needed(world, ApprovalKind.PAYOUT, 50_000)


async def test_members_who_read_money_see_them_newest_first(world: World) -> None:
    finance, member = await world.staff(StaffRole.FINANCE), await world.client_side()
    for amount_minor in (1_000, 2_000):
        await finance.do("setMoneyThresholds", "refund { kind }", refund=eur(amount_minor))
    found = (await member.ask(LIST, filter={"kind": ["REFUND"], "currency": "EUR"}))["moneyThresholds"]["nodes"]
    assert [one["amount"]["amountMinor"] for one in found] == ["2000", "1000"]
    assert (await member.ask(LIST, filter={"currency": "USD"}))["moneyThresholds"]["nodes"] == []


async def test_only_staff_for_money_set_them(world: World) -> None:
    for person in (await world.client_side(), await world.staff(StaffRole.TRUST)):
        refusal = await person.refused("setMoneyThresholds", payout=eur(1))
        assert refusal["code"] == "FORBIDDEN"


async def test_wrong_amounts_are_refused(world: World) -> None:
    finance = await world.staff(StaffRole.FINANCE)
    refusal = await finance.refused("setMoneyThresholds", payout=eur(-1))
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["payout", "amountMinor"])
    assert (await finance.refused("setMoneyThresholds"))["code"] == "INVALID"
