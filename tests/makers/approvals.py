"""Makers of approvals: staff for money, a payment posted with a wrong fee, and the adjustment that would mend it."""

from dataclasses import dataclass
from typing import Any

from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.ids import new_id
from domain.money import Money
from domain.organizations import Organization
from domain.permissions import Permission, StaffRole
from persistence import approval_requests
from persistence.unit import unit_of_work
from server.auth import actor_of_token
from tests.makers.earnings import earn, trade_of
from tests.world import Person, World

APPROVAL = """id status kind reason command commandHash subjectId requiredPermission staffMayDecide createdAt expiresAt
 decidedAt decisionReason amount { amountMinor } requestedBy { id } requestedFor { id } organization { id }
 decidedBy { id } ledgerTransfer { id reversedBy { id } } posted { id kind reason reverses { id } user { id } entries {
   account { code } amount { amountMinor } invoice { id } payment { id } } }
 availableActions { action allowed reason } history { nodes { action from to actorKind user { id } } }"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A payment of 1000.00 EUR whose fee was booked as 50.00, and two people of staff who can mend it."""

    issuer: Person
    asker: Person
    approver: Person
    transfer_id: str
    accounts: dict[str, str]

    def line(self, code: str, side: str, amount_minor: int, currency: str = "EUR") -> dict[str, Any]:
        amount = {"amountMinor": str(amount_minor), "currency": currency}
        return {"accountId": self.accounts[code], "side": side, "amount": amount}

    def lines(self, *, fee_minor: int) -> list[dict[str, Any]]:
        """The payment with that fee."""
        return [
            self.line("PROVIDER_CASH", "DEBIT", 100_000),
            self.line("BILLED", "DEBIT", 100_000),
            self.line("RECEIVABLE", "CREDIT", 100_000),
            self.line("WALLET_AVAILABLE", "CREDIT", 100_000 - fee_minor),
            self.line("PLATFORM_FEE", "CREDIT", fee_minor),
        ]

    def mended(self, world: World, **changes: Any) -> dict[str, Any]:
        """The input of adjustLedger for a fee of 40.00."""
        input = {"transferId": self.transfer_id, "lines": self.lines(fee_minor=4_000), "reason": "The fee was 4 %."}
        return input | {"idempotencyKey": world.key()} | changes


async def two_of_staff(world: World, role: StaffRole = StaffRole.FINANCE) -> tuple[Person, Person]:
    first = await world.staff(role)
    return first, await another_of_staff(world, first, role)


async def another_of_staff(world: World, person: Person, role: StaffRole) -> Person:
    async with world.database.reader() as session:
        platform = await session.get_one(Organization, person.organization_id)
    return await world.join(platform, role)


async def make_waiting(world: World, person: Person) -> ApprovalRequest:
    """Something that the person has asked for and that staff decide, whatever it is about."""
    by = await actor_of_token(world.database, person.token)
    async with unit_of_work(world.database, by=by, at=world.clock.now()) as db:
        return await approval_requests.ask(
            db,
            ApprovalKind.PAYOUT,
            new_id(),
            {"amountMinor": 100_000},
            organization_id=person.organization_id,
            requested_with=Permission.MONEY_MOVE,
            amount=Money(100_000, "EUR"),
        )


async def make_wrong(world: World) -> Wrong:
    issuer = await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100_000, 5_000)
    asker, approver = await two_of_staff(world)
    found = await asker.ask(
        "{ ledgerTransfers(filter: { kind: [P3] }) { nodes { id entries { account { id code } } } } }"
    )
    (transfer,) = found["ledgerTransfers"]["nodes"]
    accounts = {entry["account"]["code"]: entry["account"]["id"] for entry in transfer["entries"]}
    return Wrong(issuer, asker, approver, transfer["id"], accounts)


async def ask(world: World, wrong: Wrong, **changes: Any) -> dict[str, Any]:
    """An adjustment that waits."""
    answer = await wrong.asker.do("adjustLedger", f"approval {{ {APPROVAL} }}", **wrong.mended(world, **changes))
    approval: dict[str, Any] = answer["approval"]
    return approval


async def balances(wrong: Wrong) -> dict[str, int]:
    """What the accounts of the payment hold."""
    found = await wrong.asker.ask("{ ledgerAccounts { nodes { code balance { amountMinor } } } }")
    return {one["code"]: int(one["balance"]["amountMinor"]) for one in found["ledgerAccounts"]["nodes"]}
