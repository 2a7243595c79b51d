"""Apps that use up credits: where they are installed, within their budget, and seeing only their own (rule 7)."""

import asyncio
from typing import Any

from domain.permissions import StaffRole
from tests.lock_order import watched
from tests.makers.apps import Partner, install, make_active_app, make_backend, make_partner
from tests.makers.credit_control import account_of, available, give_credits, spend_some
from tests.makers.identity import letters
from tests.makers.staff import another_of_the_staff
from tests.world import Caller, World

MOVED = "transaction { id type quantity appUser metadata } balance"
LIMITED = f"{MOVED} }} ... on Refusal {{ used limit resetAt"
SEEN = """query($id: ID!) { creditAccount(organizationId: $id) {
    available held freezeReason hasShortfall lowBalanceThreshold autoTopUp { enabled } }
  creditTransactions(filter: { organizationId: $id }) { nodes { id } } }"""


async def make_app_with_credits(world: World, quantity: int, **budget: int) -> Partner:
    """An app in an organization that has so many credits and allows it so many of them."""
    partner = await make_partner(world)
    await give_credits(world, partner.user.organization_id, quantity)
    if budget:
        await partner.user.do("setAppCreditBudget", "budget { id }", appId=partner.id, **budget)
    return partner


def where(partner: Partner) -> str:
    return f"org_{partner.user.organization_id.hex}"


async def use(partner: Partner, quantity: int, mutation: str = "spendCredits", **more: Any) -> dict[str, Any]:
    """The movement, or the refusal."""
    key = partner.world.key()
    return await partner.backend.attempt(
        mutation, LIMITED, organizationId=where(partner), quantity=quantity, idempotencyKey=key, **more
    )


async def test_an_app_spends_for_an_organization_and_says_for_whom(world: World) -> None:
    partner = await make_app_with_credits(world, 100)
    spent = await use(partner, 12, appUser="customer 7", metadata={"job": 5}, description="Ten pages")
    assert spent["transaction"] | {"id": ""} == {
        "id": "",
        "type": "SPEND",
        "quantity": "12",
        "appUser": "customer 7",
        "metadata": {"job": 5},
    }
    assert (await account_of(world, partner.user.organization_id)).available == 88


async def test_an_app_spends_nothing_where_it_may_not(world: World) -> None:
    partner = await make_app_with_credits(world, 100)
    await install(partner.user, partner.id, ["CREDITS_READ"])
    refusal = await use(partner, 1)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["organizationId"])
    assert await available(world, partner.user.organization_id) == 100


async def test_an_app_spends_nothing_of_an_organization_that_is_parked(world: World) -> None:
    partner = await make_app_with_credits(world, 100)
    parked = {"organizationId": where(partner), "reason": "Books looked into"}
    staff = await another_of_the_staff(world, StaffRole.FINANCE)
    await staff.do("parkOrganization", "organization { id }", **parked)
    for mutation in ("spendCredits", "holdCredits"):
        refusal = await use(partner, 1, mutation)
        assert (refusal["code"], refusal["message"][:14]) == ("WRONG_STATE", "The other side")
    assert await available(world, partner.user.organization_id) == 100


async def test_an_app_sees_what_is_available_and_its_own_movements(world: World) -> None:
    partner = await make_app_with_credits(world, 100)
    await spend_some(world, partner.user.organization_id, 10)
    own = (await use(partner, 5))["transaction"]["id"]
    seen = await partner.backend.ask(SEEN, id=where(partner))
    hidden = ("held", "freezeReason", "hasShortfall", "lowBalanceThreshold", "autoTopUp")
    assert seen["creditAccount"] == {"available": "85", **dict.fromkeys(hidden)}
    assert seen["creditTransactions"]["nodes"] == [{"id": own}]


async def test_a_budget_is_passed_neither_at_once_nor_in_a_month(world: World) -> None:
    partner = await make_app_with_credits(world, 100, monthlyLimit=20, perCallLimit=15, alertPercent=50)
    at_once = await use(partner, 16)
    assert (at_once["code"], at_once["used"], at_once["limit"], at_once["resetAt"]) == ("LIMIT_REACHED", 16, 15, None)
    await use(partner, 9, "holdCredits")
    await use(partner, 10)
    beyond = await use(partner, 2)
    assert (beyond["code"], beyond["used"], beyond["limit"]) == ("LIMIT_REACHED", 19, 20)
    assert beyond["resetAt"].endswith("-01T00:00:00Z")
    await world.settle()
    subjects = [letter["Subject"] for letter in letters(world)]
    assert subjects.count("Time tools has used up most of its credits") == 1
    assert (await use(partner, 1))["balance"] == "80"


async def test_of_twenty_calls_at_once_ten_fit_into_the_budget(world: World) -> None:
    partner = await make_app_with_credits(world, 100, monthlyLimit=10)
    with watched(world.database.engine) as mistakes:
        answers = await asyncio.gather(*(use(partner, 1) for _ in range(20)))
    assert mistakes == []
    assert sorted(one.get("code", "done") for one in answers) == ["LIMIT_REACHED"] * 10 + ["done"] * 10
    assert await available(world, partner.user.organization_id) == 90


async def test_only_the_app_that_spent_gives_back(world: World) -> None:
    partner = await make_app_with_credits(world, 100)
    spent = (await use(partner, 12))["transaction"]["id"]
    assert (await give_back(world, await make_other_app(partner), spent))["code"] in ("FORBIDDEN", "NOT_FOUND")
    assert (await give_back(world, partner.backend, spent))["transaction"]["type"] == "REFUND"
    assert await available(world, partner.user.organization_id) == 92


async def make_other_app(partner: Partner) -> Caller:
    """The backend of another app that the same organization has installed."""
    other = await make_active_app(partner.owner, partner.reviewer, name="Other tools")
    await install(partner.user, other)
    return await make_backend(partner.owner, other)


async def give_back(world: World, backend: Caller, spent: str) -> dict[str, Any]:
    said = {"transactionId": spent, "quantity": 4, "reason": "Four pages were empty."}
    return await backend.attempt("refundCreditSpend", MOVED, idempotencyKey=world.key(), **said)
