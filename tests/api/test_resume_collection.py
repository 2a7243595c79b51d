"""Resuming collection through the API."""

from datetime import timedelta

from domain.invoices import CollectionMode, Invoice
from domain.permissions import Role, StaffRole
from tests.makers.colleagues import colleague
from tests.makers.payment_methods import make_method
from tests.makers.payments import Claim, make_claim
from tests.world import World

AUTO = CollectionMode.AUTO


async def on_hold(world: World) -> Claim:
    claim = await make_claim(world, token="sim_decline", mode=AUTO)
    for _ in range(3):
        await world.settle()
        world.clock.advance(timedelta(hours=48))
    invoice: Invoice = await claim.invoice()
    assert invoice.collection_mode is CollectionMode.STOPPED
    return claim


async def test_the_payer_resumes_a_collection_that_has_given_up(world: World) -> None:
    claim = await on_hold(world)
    await make_method(claim.payer, "sim_ok")
    resumed = await claim.payer.do(
        "resumeCollection",
        "invoice { paymentStatus } payment { status trigger }",
        invoiceId=claim.id,
        idempotencyKey=world.key(),
    )
    assert resumed == {
        "invoice": {"paymentStatus": "UNPAID"},
        "payment": {"status": "CREATED", "trigger": "COLLECTION"},
    }
    await world.settle()
    assert await claim.payments() == ["FAILED"] * 3 + ["SUCCEEDED"]


async def test_a_resumed_collection_has_three_attempts_again(world: World) -> None:
    claim = await on_hold(world)
    await claim.payer.do("resumeCollection", "payment { id }", invoiceId=claim.id, idempotencyKey=world.key())
    for _ in range(5):
        await world.settle()
        world.clock.advance(timedelta(hours=48))
    assert await claim.payments() == ["FAILED"] * 6
    assert (await claim.events("invoice")).count("put_on_hold") == 2


async def test_resuming_without_a_method_fails_at_once(world: World) -> None:
    claim = await on_hold(world)
    methods = (await claim.payer.ask("{ paymentMethods(filter: {status: [ACTIVE]}) { nodes { id } } }"))[
        "paymentMethods"
    ]
    for method in methods["nodes"]:
        await claim.payer.do("detachMethod", "method { id }", methodId=method["id"])
    resumed = await claim.payer.do("resumeCollection", "payment { id }", invoiceId=claim.id, idempotencyKey=world.key())
    assert resumed == {"payment": None}
    invoice = await claim.invoice()
    assert (invoice.collection_attempts, invoice.collection_last_failure) == (1, "NO_PAYMENT_METHOD")


async def test_only_the_payers_side_resumes_and_only_what_has_stopped(world: World) -> None:
    claim = await on_hold(world)
    stranger = await world.client_side("Southwind")
    input = {"invoiceId": claim.id, "idempotencyKey": world.key()}
    assert (await stranger.refused("resumeCollection", **input))["code"] == "NOT_FOUND"
    for person in (claim.issuer, await colleague(world, claim.payer, Role.MEMBER)):
        assert (await person.refused("resumeCollection", **input))["code"] == "FORBIDDEN"
    running = await make_claim(world, token="sim_decline", mode=AUTO)
    refusal = await running.payer.refused("resumeCollection", invoiceId=running.id, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "AUTO", ["STOPPED"])
    await claim.pay()
    refusal = await claim.payer.refused("resumeCollection", **input)
    assert refusal["code"] == "CONFLICT"
    assert (await claim.invoice()).collection_mode is CollectionMode.STOPPED


async def test_a_suspended_payer_may_still_resume_it_as_that_pays_what_it_owes(world: World) -> None:
    claim, staff = await on_hold(world), await world.staff(StaffRole.ADMIN)
    await make_method(claim.payer, "sim_ok")
    payer = f"org_{claim.payer.organization_id.hex}"
    await staff.do("suspendOrganization", "organization { id }", organizationId=payer, reason="Fake documents.")
    await claim.payer.do("resumeCollection", "payment { id }", invoiceId=claim.id, idempotencyKey=world.key())
    await world.settle()
    assert await claim.payments() == ["FAILED"] * 3 + ["SUCCEEDED"]
