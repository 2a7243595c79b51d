"""Money in suspense and money exceptions through the API: found by the system, decided by two people of staff."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.actors import SYSTEM
from domain.money import Money
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.permissions import StaffRole
from integrations.payments import Charged, NoAnswer
from jobs.payment_outcomes import record_outcome
from jobs.payments import check_outcome, send_created
from persistence import money_exceptions
from persistence.unit import unit_of_work
from tests.makers.approvals import another_of_staff, two_of_staff
from tests.makers.colleagues import also_joins
from tests.makers.payments import Claim, balances, make_claim, postings, unsound
from tests.world import Person, World

_CHARGED = Charged(provider_id="sim_late", amount=Money(100_000, "EUR"))
EXCEPTIONS = """query($filter: MoneyExceptionFilter) { moneyExceptions(filter: $filter) { nodes {
 id kind status subjectType subjectId expected actual organization { name } owner { id } resolution
 decidedBy { id } } } }"""


async def exceptions(staff: Person, **filter: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await staff.ask(EXCEPTIONS, filter=filter))["moneyExceptions"]["nodes"]
    return found


async def mismatched(world: World, token: str) -> tuple[Claim, str]:
    """A claim whose payment was taken otherwise than asked for, and the payment."""
    claim = await make_claim(world, token=token)
    payment = await claim.pay()
    await world.settle()
    return claim, payment


async def cleared(world: World, asker: Person, approver: Person, decision: str) -> None:
    [exception] = await exceptions(asker, status=["OPEN"])
    asked = await asker.do(
        "clearSuspense",
        "approval { id kind status subjectId amount { amountMinor } }",
        exceptionId=exception["id"],
        decision=decision,
        reason="Seen at the provider.",
        idempotencyKey=world.key(),
    )
    assert (asked["approval"]["kind"], asked["approval"]["subjectId"]) == ("SUSPENSE_CLEARING", exception["subjectId"])
    await approver.do("approve", "approval { status }", approvalId=asked["approval"]["id"], idempotencyKey=world.key())


async def test_books_are_sound_however_long_staff_take_to_decide(world: World) -> None:
    claim, _ = await mismatched(world, "sim_charge_less")
    world.clock.advance(timedelta(hours=73))
    await world.settle()
    assert (await claim.payments(), await unsound(world)) == (["UNKNOWN"], [])


@pytest.mark.parametrize(
    ("token", "kind", "taken", "currency"),
    [
        ("sim_charge_less", "AMOUNT_MISMATCH", 99_999, "EUR"),
        ("sim_charge_more", "AMOUNT_MISMATCH", 100_001, "EUR"),
        ("sim_charge_dollars", "CURRENCY_MISMATCH", 100_000, "USD"),
    ],
)
async def test_money_that_was_not_asked_for_waits_in_suspense(
    world: World, token: str, kind: str, taken: int, currency: str
) -> None:
    claim, payment = await mismatched(world, token)
    for _ in range(3):
        world.clock.advance(timedelta(hours=1))
        await world.settle()
    assert await claim.payments() == ["UNKNOWN"]
    assert await balances(world) == {
        "provider_cash": taken,
        "suspense": -taken,
        "receivable": 100_000,
        "billed": -100_000,
    }
    assert await postings(world) == ["P1", "P14"]
    [exception] = await exceptions(await world.staff())
    assert exception | {"id": ""} == {
        "id": "",
        "kind": kind,
        "status": "OPEN",
        "subjectType": "Payment",
        "subjectId": payment,
        "expected": "1000.00 EUR",
        "actual": f"{taken / 100:.2f} {currency}",
        "organization": {"name": "Ada Lovelace"},
        "owner": None,
        "resolution": None,
        "decidedBy": None,
    }
    assert (await claim.payer.refused("payInvoice", invoiceId=claim.id, idempotencyKey=world.key()))[
        "code"
    ] == "CONFLICT"
    assert await unsound(world) == []


@pytest.mark.parametrize(("token", "status", "due", "credit"), [("less", "OPEN", 1, 0), ("more", "PAID", 0, 1)])
async def test_two_of_staff_let_it_count(world: World, token: str, status: str, due: int, credit: int) -> None:
    claim, _ = await mismatched(world, f"sim_charge_{token}")
    asker, approver = await two_of_staff(world)
    await cleared(world, asker, approver, "APPLY")
    invoice = await claim.invoice()
    assert (invoice.status.name, invoice.amount_due_minor) == (status, due)
    assert await claim.payments() == ["SUCCEEDED"]
    found = await balances(world)
    assert (found.get("suspense", 0), -found.get("customer_credit", 0)) == (0, credit)
    assert await postings(world) == ["P1", "P14", "REVERSAL", "P3"]
    [exception] = await exceptions(asker)
    assert (exception["status"], exception["resolution"]) == ("RESOLVED", "Seen at the provider.")
    assert await unsound(world) == []


async def test_two_of_staff_say_that_it_was_given_back(world: World) -> None:
    claim, payment = await mismatched(world, "sim_charge_dollars")
    asker, approver = await two_of_staff(world)
    await cleared(world, asker, approver, "RETURN")
    assert await claim.payments() == ["FAILED"]
    assert await balances(world) == {"receivable": 100_000, "billed": -100_000}
    await check_outcome(world.database, _uuid(payment), world.clock.now())
    assert await postings(world) == ["P1", "P14", "REVERSAL"]
    seen = await claim.payer.ask("query($id: ID!) { payment(id: $id) { failureCode } }", id=payment)
    assert seen["payment"] == {"failureCode": "RETURNED"}
    assert await unsound(world) == []


async def test_what_cannot_be_done_with_suspended_money_is_refused(world: World) -> None:
    await mismatched(world, "sim_charge_dollars")
    asker, approver = await two_of_staff(world)
    [exception] = await exceptions(asker)
    input = {"exceptionId": exception["id"], "decision": "RETURN", "reason": "It is theirs."}
    apply = await asker.refused("clearSuspense", **input | {"decision": "APPLY"}, idempotencyKey=world.key())
    assert (apply["code"], apply["path"]) == ("INVALID", ["decision"])
    asked = await asker.do("clearSuspense", "approval { id }", **input, idempotencyKey=world.key())
    again = await approver.refused("clearSuspense", **input, idempotencyKey=world.key())
    own = await asker.refused("approve", approvalId=asked["approval"]["id"], idempotencyKey=world.key())
    assert (again["code"], own["code"]) == ("CONFLICT", "FORBIDDEN")
    await approver.do("resolveMoneyException", "exception { id }", exceptionId=exception["id"], reason="Done.")
    late = await approver.refused("approve", approvalId=asked["approval"]["id"], idempotencyKey=world.key())
    assert (late["code"], late["from"]) == ("WRONG_STATE", "RESOLVED")
    assert await postings(world) == ["P1", "P14"]


async def test_a_late_success_is_told_to_staff(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_not_charged")
    payment, staff = await claim.pay(), await world.staff()
    for _ in range(4):
        await world.settle()
        world.clock.advance(timedelta(minutes=20))
    assert (await claim.payments(), await exceptions(staff)) == (["FAILED"], [])
    await _told(world, payment, _CHARGED)
    [exception] = await exceptions(staff, kind=["LATE_SUCCESS"])
    assert (exception["subjectId"], exception["expected"], exception["actual"]) == (
        payment,
        "FAILED",
        "1000.00 EUR were taken",
    )
    assert await unsound(world) == []


async def test_an_outcome_that_stays_unknown_for_three_days_is_told_to_staff_until_it_is_known(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged")
    payment, staff = await claim.pay(), await world.staff()
    await send_created(world.database, world.clock.now())
    world.clock.advance(timedelta(hours=71, minutes=59))
    await _told(world, payment, NoAnswer(reason="timeout"))
    assert (await claim.payments(), await exceptions(staff)) == (["UNKNOWN"], [])
    world.clock.advance(timedelta(minutes=1))
    for _ in range(2):
        await _told(world, payment, NoAnswer(reason="timeout"))
    [exception] = await exceptions(staff)
    assert (exception["kind"], exception["status"]) == ("UNKNOWN_TOO_LONG", "OPEN")
    await _told(world, payment, _CHARGED)
    [exception] = await exceptions(staff)
    assert (exception["status"], exception["resolution"]) == ("RESOLVED", "It is known now: SUCCEEDED.")
    assert await unsound(world) == []


async def test_an_exception_is_opened_once_assigned_and_decided_with_a_reason(world: World) -> None:
    claim = await make_claim(world)
    finding = Finding(MoneyExceptionKind.DUPLICATE, "Invoice", str(claim.invoice_id), "one", "two")
    await _open(world, finding)
    await _open(world, finding)
    one = await world.staff(StaffRole.FINANCE)
    other = await another_of_staff(world, one, StaffRole.FINANCE)
    support = await another_of_staff(world, one, StaffRole.SUPPORT)
    [exception] = await exceptions(one)
    assert (exception["status"], exception["subjectId"]) == ("OPEN", claim.id)
    id_ = {"exceptionId": exception["id"]}
    stranger = await one.refused("assignMoneyException", **id_, ownerId=f"usr_{support.user_id.hex}")
    assert (stranger["code"], stranger["path"]) == ("NOT_FOUND", ["ownerId"])
    await one.do("assignMoneyException", "exception { id }", **id_)
    done = await one.do(
        "assignMoneyException", "exception { status owner { id } }", **id_, ownerId=f"usr_{other.user_id.hex}"
    )
    assert done["exception"] == {"status": "ASSIGNED", "owner": {"id": f"usr_{other.user_id.hex}"}}
    empty = await other.refused("waiveMoneyException", **id_, reason=" ")
    assert (empty["code"], empty["path"]) == ("INVALID", ["reason"])
    await other.do("waiveMoneyException", "exception { status }", **id_, reason="It was one after all.")
    twice = await other.refused("resolveMoneyException", **id_, reason="Again.")
    assert (twice["code"], twice["from"], twice["allowed"]) == ("WRONG_STATE", "WAIVED", ["OPEN", "ASSIGNED"])
    await _open(world, finding)
    assert [one["status"] for one in await exceptions(one)] == ["WAIVED", "OPEN"]
    assert await postings(world) == ["P1"]


async def test_a_debt_is_given_up_by_two_of_staff_and_never_more_than_is_owed(world: World) -> None:
    claim = await make_claim(world)
    await claim.issuer.do(
        "recordPayment",
        "invoice { id }",
        invoiceId=claim.id,
        amount={"amountMinor": "100000", "currency": "EUR"},
        receivedOn=world.clock.now().date().isoformat(),
        method="CASH",
        idempotencyKey=world.key(),
    )
    asker, approver = await two_of_staff(world)
    debtor = f"org_{claim.issuer.organization_id.hex}"

    def asking(amount_minor: int) -> dict[str, Any]:
        amount = {"amountMinor": str(amount_minor), "currency": "EUR"}
        return {"organizationId": debtor, "amount": amount, "reason": "Gone.", "idempotencyKey": world.key()}

    assert (await asker.refused("writeOffDebt", **asking(5_001)))["code"] == "INSUFFICIENT_FUNDS"
    assert (await asker.refused("writeOffDebt", **asking(0)))["path"] == ["amount", "amountMinor"]
    asked = await asker.do("writeOffDebt", "approval { id kind amount { amountMinor } }", **asking(3_000))
    assert asked["approval"]["kind"] == "DEBT_WRITE_OFF"
    approval = {"approvalId": asked["approval"]["id"]}
    debtors_own = await another_of_staff(world, asker, StaffRole.FINANCE)
    await also_joins(world, debtors_own, claim.issuer.organization_id)
    for one in (asker, debtors_own):
        assert (await one.refused("approve", **approval, idempotencyKey=world.key()))["code"] == "FORBIDDEN"
    await approver.do("approve", "approval { status }", **approval, idempotencyKey=world.key())
    assert await balances(world) == {"org_debt": 2_000, "platform_fee": -5_000, "bad_debt": 3_000}
    assert await postings(world) == ["P1", "P5", "P18"]
    assert await unsound(world) == []


async def _open(world: World, finding: Finding) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await money_exceptions.open_once(db, finding)


async def _told(world: World, payment: str, answer: Charged | NoAnswer) -> None:
    """The provider says what became of a payment."""
    await record_outcome(world.database, _uuid(payment), answer, world.clock.now())


def _uuid(payment: str) -> UUID:
    return UUID(hex=payment.removeprefix("pay_"))
