"""Budgets of apps through the API: set by who manages credits, and read by who may read them."""

from domain.permissions import Role
from tests.makers.apps import make_partner
from tests.makers.colleagues import colleague
from tests.world import World

BUDGET = "budget { id version monthlyLimit perCallLimit alertPercent app { id } }"
LIST = "{ appCreditBudgets { nodes { id monthlyLimit } } }"


async def test_a_budget_is_set_and_changed_by_whoever_manages_credits(world: World) -> None:
    partner = await make_partner(world)
    owner, member = partner.user, await colleague(world, partner.user, Role.MEMBER)
    made = (await owner.do("setAppCreditBudget", BUDGET, appId=partner.id, monthlyLimit=100, alertPercent=80))["budget"]
    assert made == {
        "id": made["id"],
        "version": 1,
        "monthlyLimit": "100",
        "perCallLimit": None,
        "alertPercent": 80,
        "app": {"id": partner.id},
    }
    changed = await owner.do("setAppCreditBudget", BUDGET, appId=partner.id, perCallLimit=5, expectedVersion=1)
    assert (changed["budget"]["monthlyLimit"], changed["budget"]["perCallLimit"]) == (None, "5")
    stale = await owner.refused("setAppCreditBudget", appId=partner.id, monthlyLimit=1, expectedVersion=1)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 2)
    assert (await member.refused("setAppCreditBudget", appId=partner.id))["code"] == "FORBIDDEN"
    assert (await member.ask(LIST))["appCreditBudgets"]["nodes"] == [{"id": made["id"], "monthlyLimit": None}]
    assert (await partner.owner.ask(LIST))["appCreditBudgets"]["nodes"] == []
