"""What keys ask for and people decide: a key is no second person, and neither is whoever was shown it."""

from datetime import timedelta
from typing import Any

from domain.permissions import Role, StaffRole
from schema.ids import global_id
from tests.makers.colleagues import colleague
from tests.makers.escrow import make_delivered_project
from tests.makers.keys import Program, make_key
from tests.makers.payouts import earner, states_of_payouts, wrong_books
from tests.world import Caller, World

LARGE = {"amountMinor": "150000", "currency": "EUR"}
APPROVAL = "id status requestedBy { id } requestedByKey { id } requestedFor { id }"


async def _ask(key: Program) -> dict[str, Any]:
    """The approval of a payout that a key asks for."""
    once = key.world.key()
    asked = await key.do("requestPayout", f"approval {{ {APPROVAL} }}", amount=LARGE, idempotencyKey=once)
    return dict(asked["approval"])


async def _approve(who: Caller, approval: dict[str, Any]) -> dict[str, Any]:
    return await who.attempt(
        "approve", "approval { status }", approvalId=approval["id"], idempotencyKey=who.world.key()
    )


async def test_a_key_asks_and_another_person_than_its_maker_decides(world: World) -> None:
    owner = await earner(world, 300_000)
    finance, key = await colleague(world, owner, Role.FINANCE), await make_key(owner)
    approval = await _ask(key)
    assert approval == {
        "id": approval["id"],
        "status": "PENDING",
        "requestedBy": None,
        "requestedByKey": {"id": key.id},
        "requestedFor": {"id": global_id("Organization", owner.organization_id)},
    }
    refusals = [await _approve(who, approval) for who in (key, await make_key(owner), owner)]
    assert [one["code"] for one in refusals] == ["FORBIDDEN"] * 3
    assert [one["path"] for one in refusals] == [["person"], ["person"], []]
    assert (await _approve(finance, approval))["approval"] == {"status": "APPROVED"}
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]
    assert await wrong_books(world) == []


async def test_where_only_its_maker_could_decide_staff_do(world: World) -> None:
    owner, staff = await earner(world, 300_000), await world.staff(StaffRole.FINANCE)
    approval = await _ask(await make_key(owner))
    assert (await _approve(owner, approval))["code"] == "FORBIDDEN"
    assert (await _approve(staff, approval))["approval"] == {"status": "APPROVED"}


async def test_what_a_revoked_key_has_asked_for_does_not_happen(world: World) -> None:
    owner = await earner(world, 300_000)
    finance, key = await colleague(world, owner, Role.FINANCE), await make_key(owner)
    approval = await _ask(key)
    await owner.do("revokeApiKey", "key { id }", keyId=key.id)
    refusal = await _approve(finance, approval)
    assert (refusal["code"], "asked anew" in refusal["message"]) == ("FORBIDDEN", True)
    assert await states_of_payouts(world) == ["PENDING_APPROVAL"]


async def test_what_a_key_has_asked_for_goes_on_under_its_successor(world: World) -> None:
    owner = await earner(world, 300_000)
    finance, key = await colleague(world, owner, Role.FINANCE), await make_key(owner)
    approval = await _ask(key)
    await owner.do("rotateApiKey", "secret", keyId=key.id, overlapHours=0)
    assert (await _approve(finance, approval))["approval"] == {"status": "APPROVED"}


async def test_what_a_key_has_asked_for_ends_with_it_although_it_has_a_successor(world: World) -> None:
    owner = await earner(world, 300_000)
    finance, key = await colleague(world, owner, Role.FINANCE), await make_key(owner)
    approval = await _ask(key)
    await owner.do("rotateApiKey", "secret", keyId=key.id)
    await owner.do("revokeApiKey", "key { id }", keyId=key.id)
    assert (await _approve(finance, approval))["code"] == "FORBIDDEN"
    assert await states_of_payouts(world) == ["PENDING_APPROVAL"]


async def test_only_the_key_that_asked_takes_it_back(world: World) -> None:
    owner = await earner(world, 300_000)
    key, other = await make_key(owner), await make_key(owner)
    approval = await _ask(key)
    for who in (other, owner):
        assert (await who.refused("cancelApproval", approvalId=approval["id"]))["code"] == "FORBIDDEN"
    done = await key.do("cancelApproval", "approval { status }", approvalId=approval["id"])
    assert done["approval"]["status"] == "CANCELLED"


async def test_a_schedule_that_a_key_has_set_leaves_its_maker_out_as_well(world: World) -> None:
    owner = await earner(world, 300_000)
    finance, key = await colleague(world, owner, Role.FINANCE), await make_key(owner)
    await key.do("setPayoutSchedule", "schedule { id }", currency="EUR", frequency="MONTHLY", day=1)
    world.clock.advance(timedelta(days=32))
    await world.settle()
    [approval] = (await finance.ask("{ approvals { nodes { id } } }"))["approvals"]["nodes"]
    assert (await _approve(owner, approval))["code"] == "FORBIDDEN"
    assert (await _approve(finance, approval))["approval"] == {"status": "APPROVED"}


async def test_whoever_was_shown_the_key_that_approved_the_work_does_not_consent_to_its_release(world: World) -> None:
    made, _ = await make_delivered_project(world)
    key, finance = await make_key(made.client), await colleague(world, made.client, Role.FINANCE)
    terms = {"position": 1, "status": "ACTIVE", "needsApproval": True}
    own = global_id("Organization", made.client.organization_id)
    await made.client.do("upsertReleasePolicy", "policy { id }", organizationId=own, terms=terms)
    done = {"taskId": made.task, "revision": 1, "idempotencyKey": world.key()}
    await key.do("approveTask", "project { status }", **done)
    [approval] = (await finance.ask("{ approvals { nodes { id kind } } }"))["approvals"]["nodes"]
    assert approval["kind"] == "RELEASE"
    assert (await _approve(made.client, approval))["code"] == "FORBIDDEN"
    assert (await _approve(finance, approval))["approval"] == {"status": "APPROVED"}


async def test_money_that_a_key_moves_is_booked_in_its_name(world: World) -> None:
    owner = await earner(world, 300_000)
    key = await make_key(owner, "money:read", "money:move")
    small = {"amountMinor": "1000", "currency": "EUR"}
    input = {"amount": small, "idempotencyKey": world.key()}
    first = await key.do("requestPayout", "payout { id requestedBy { id } } replayed", **input)
    again = await owner.do("requestPayout", "payout { id requestedBy { id } } replayed", **input)
    assert (first["payout"]["requestedBy"], first["replayed"], again["replayed"]) == (None, False, True)
    assert first["payout"]["id"] == again["payout"]["id"]
    query = "{ ledgerTransfers(filter: { kind: [P12] }) { nodes { user { id } apiKey { id } organization { id } } } }"
    home = {"id": global_id("Organization", owner.organization_id)}
    assert (await owner.ask(query))["ledgerTransfers"]["nodes"] == [
        {"user": None, "apiKey": {"id": key.id}, "organization": home}
    ]
