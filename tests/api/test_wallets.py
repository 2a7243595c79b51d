"""Wallets through the API."""

from datetime import timedelta

import pytest

from domain.permissions import Role, StaffRole
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.earnings import earn, trade_of
from tests.world import World

WALLETS = """{ wallets { totalCount nodes {
  id version currency organization { name } available { amountMinor currency } earned { amountMinor } } } }"""


async def test_a_wallet_shows_what_was_earned_after_fees_by_currency(world: World) -> None:
    issuer = await world.freelancer_side()
    euros, dollars = await trade_of(world, issuer), await trade_of(world, issuer, "USD")
    await earn(world, euros, 333_333, 16_667)
    await earn(world, euros, 39_600, 1_980)
    await earn(world, dollars, 5_000)
    wallets = (await issuer.ask(WALLETS))["wallets"]
    assert wallets["totalCount"] == 2
    assert [(one["currency"], one["available"], one["earned"], one["version"]) for one in wallets["nodes"]] == [
        ("EUR", {"amountMinor": "354286", "currency": "EUR"}, {"amountMinor": "354286"}, 2),
        ("USD", {"amountMinor": "5000", "currency": "USD"}, {"amountMinor": "5000"}, 1),
    ]
    assert {one["organization"]["name"] for one in wallets["nodes"]} == {"Ada Lovelace"}


async def test_who_has_earned_nothing_has_no_wallet(world: World) -> None:
    client = await world.client_side()
    assert (await client.ask(WALLETS))["wallets"] == {"totalCount": 0, "nodes": []}


async def test_the_statement_lists_movements_with_what_they_were_for(world: World) -> None:
    issuer = await world.freelancer_side()
    trade = await trade_of(world, issuer)
    await earn(world, trade, 100_000, 5_000)
    noon = world.clock.now() + timedelta(hours=1)
    world.clock.advance(timedelta(hours=2))
    await earn(world, trade, 20_000, 1_000)
    query = """query($filter: LedgerPeriod) { wallets { nodes { statement(filter: $filter) { totalCount nodes {
      credit { amountMinor } debit { amountMinor } amount { amountMinor } invoice { total { amountMinor } }
      payment { status } transfer { kind postedAt } } } } } }"""
    [wallet] = (await issuer.ask(query))["wallets"]["nodes"]
    assert wallet["statement"]["totalCount"] == 2
    newest = wallet["statement"]["nodes"][0]
    assert (newest["credit"], newest["debit"], newest["amount"]) == (
        {"amountMinor": "19000"},
        None,
        {"amountMinor": "-19000"},
    )
    assert (newest["invoice"], newest["payment"]) == ({"total": {"amountMinor": "20000"}}, {"status": "SUCCEEDED"})
    assert newest["transfer"]["kind"] == "P3"
    for period, credits in (
        ({"postedBefore": noon.isoformat()}, ["95000"]),
        ({"postedFrom": noon.isoformat()}, ["19000"]),
    ):
        [wallet] = (await issuer.ask(query, filter=period))["wallets"]["nodes"]
        assert [line["credit"]["amountMinor"] for line in wallet["statement"]["nodes"]] == credits


async def test_a_wallet_is_found_by_its_id_by_its_own_side_only(world: World) -> None:
    issuer, stranger = await world.freelancer_side(), await world.freelancer_side("Somebody else")
    trade = await trade_of(world, issuer)
    await earn(world, trade, 100_000)
    [wallet] = (await issuer.ask(WALLETS))["wallets"]["nodes"]
    query = "query($id: ID!) { node(id: $id) { id ... on Wallet { available { amountMinor } } } }"
    assert wallet["id"].startswith("wal_")
    assert (await issuer.ask(query, id=wallet["id"]))["node"] == {
        "id": wallet["id"],
        "available": {"amountMinor": "100000"},
    }
    payer = next(person for person in world.people if person.organization_id == trade.payer_id)
    viewer = await colleague(world, issuer, Role.VIEWER)
    for other in (stranger, payer, viewer):
        assert (await other.ask(query, id=wallet["id"]))["node"] is None


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_without_money_read_nobody_sees_their_organizations_wallets(world: World, role: Role) -> None:
    issuer = await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100_000)
    member = await colleague(world, issuer, role)
    with pytest.raises(Faulted) as fault:
        await member.ask(WALLETS)
    [error] = fault.value.errors
    assert (error["extensions"]["code"], error["path"]) == ("FORBIDDEN", ["wallets"])
    finance = await colleague(world, issuer, Role.FINANCE)
    assert (await finance.ask(WALLETS))["wallets"]["totalCount"] == 1


async def test_nobody_signed_in_sees_no_wallets(world: World) -> None:
    with pytest.raises(Faulted) as fault:
        await world.client.ask(WALLETS)
    assert fault.value.errors[0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_staff_without_staff_money_see_no_wallets(world: World) -> None:
    support = await world.staff(StaffRole.SUPPORT)
    with pytest.raises(Faulted) as fault:
        await support.ask(WALLETS)
    assert fault.value.errors[0]["extensions"]["code"] == "FORBIDDEN"
    assert "money:read or staff:money" in fault.value.errors[0]["message"]


async def test_staff_for_money_see_the_wallets_of_all(world: World) -> None:
    for name in ("Ada Lovelace", "Grace Hopper"):
        await earn(world, await trade_of(world, await world.freelancer_side(name)), 1_000)
    finance = await world.staff(StaffRole.FINANCE)
    found = (await finance.ask(WALLETS))["wallets"]
    assert {one["organization"]["name"] for one in found["nodes"]} == {"Ada Lovelace", "Grace Hopper"}
    ada = next(person for person in world.people)
    by_organization = "query($id: ID!) { wallets(filter: {organizationId: $id}) { nodes { organization { name } } } }"
    mine = await finance.ask(by_organization, id=f"org_{ada.organization_id.hex}")
    assert mine["wallets"]["nodes"] == [{"organization": {"name": "Ada Lovelace"}}]


async def test_asking_for_the_wallets_of_others_finds_nothing(world: World) -> None:
    issuer, stranger = await world.freelancer_side(), await world.freelancer_side("Somebody else")
    await earn(world, await trade_of(world, issuer), 1_000)
    query = "query($id: ID!) { wallets(filter: {organizationId: $id}) { totalCount } }"
    found = await stranger.ask(query, id=f"org_{issuer.organization_id.hex}")
    assert found["wallets"]["totalCount"] == 0
