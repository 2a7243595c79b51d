"""The public verbs that move money, each tried on something that there is, with a sensible or a silly amount."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.makers.payment_methods import make_method
from tests.makers.payouts import make_payout_method
from tests.makers.rates import make_rate
from tests.properties.money_sides import CURRENCIES, PARTS, Sides

Verb = Callable[[Sides, int, int], Awaitable[None]]
CARDS = (
    *("sim_ok", "sim_ok", "sim_decline", "sim_timeout_charged", "sim_timeout_not_charged", "sim_charge_less"),
    *("sim_charge_more", "sim_refund_decline", "sim_refund_timeout_done", "sim_refund_timeout_not_done"),
    *("sim_refund_late", "sim_chargeback", "sim_chargeback", "sim_chargeback_warning"),
)
BANKS = (
    *("sim_bank_ok", "sim_bank_ok", "sim_bank_decline", "sim_bank_timeout_paid", "sim_bank_timeout_not_paid"),
    *("sim_bank_late", "sim_bank_returned", "sim_bank_unverified"),
)
HOURS = (0, 0, 1, 24, 25, 73, 8 * 24)
HOLDING, OPEN = "status IN ('HELD', 'PARTIALLY_RELEASED')", "status = 'OPEN'"


async def fund(sides: Sides, pick: int, which: int) -> None:
    if milestone := await sides.thing("Milestone", pick, "funding_status = 'UNFUNDED'"):
        await sides.attempt(sides.client, "fundMilestone", milestoneId=milestone.id, fromWallet=which == PARTS - 1)


async def release(sides: Sides, pick: int, which: int) -> None:
    if hold := await sides.thing("EscrowHold", pick, HOLDING, of="escrow_holds"):
        amount = hold.part("remaining_minor", which)
        await sides.attempt(sides.client, "releaseEscrow", holdId=hold.id, amount=amount)


async def give_back(sides: Sides, pick: int, which: int) -> None:
    if hold := await sides.thing("EscrowHold", pick, HOLDING, of="escrow_holds"):
        await sides.attempt(sides.freelancer, "refundEscrow", holdId=hold.id, reason="No time.")


async def freeze(sides: Sides, pick: int, which: int) -> None:
    if hold := await sides.thing("EscrowHold", pick, HOLDING, of="escrow_holds"):
        verb = "unfreezeEscrow" if which % 4 == 0 else "freezeEscrow"
        await sides.attempt(sides.staff, verb, keyed=False, holdId=hold.id)


async def rule(sides: Sides, pick: int, which: int) -> None:
    """Mostly all that is held is divided; else the halves do not add up."""
    if hold := await sides.thing("EscrowHold", pick, f"frozen_at IS NOT NULL AND {HOLDING}", of="escrow_holds"):
        given = hold.part("remaining_minor", which)
        left = {**given, "amountMinor": str(hold["remaining_minor"] - int(given["amountMinor"]) + pick // 11)}
        parts = {"freelancerAmount": given, "clientAmount": left}
        await sides.attempt(sides.staff, "ruleEscrow", holdId=hold.id, rationale="Half was done.", **parts)


async def clear_release(sides: Sides, pick: int, which: int) -> None:
    if hold := await sides.thing("EscrowHold", pick, "awaits_clearance", of="escrow_holds"):
        await sides.attempt(sides.staff, "clearEscrowRelease", keyed=False, holdId=hold.id)


async def deliver(sides: Sides, pick: int, which: int) -> None:
    """A milestone, mostly with its approval."""
    made = sides.made[pick % len(sides.made)]
    number = which % len(made.milestones)
    for task in made.tasks[number]:
        await sides.attempt(sides.freelancer, "submitTask", keyed=False, taskId=task, note="Done.")
    if which < PARTS - 2:
        await sides.attempt(sides.client, "approveMilestone", milestoneId=made.milestones[number])


async def bill_ahead(sides: Sides, pick: int, which: int) -> None:
    if milestone := await sides.thing("Milestone", pick, "status <> 'APPROVED'"):
        await sides.attempt(sides.freelancer, "requestInterimInvoice", milestoneId=milestone.id)


async def cancel_project(sides: Sides, pick: int, which: int) -> None:
    if which == 0:
        project = sides.made[pick % len(sides.made)].id
        await sides.attempt(sides.client, "cancelProject", projectId=project, reason="No money.")


async def pay(sides: Sides, pick: int, which: int) -> None:
    if invoice := await sides.thing("Invoice", pick, OPEN):
        source = "WALLET" if pick % 4 == 3 else "METHOD"
        amount = invoice.part("amount_due_minor", which)
        await sides.attempt(sides.client, "payInvoice", invoiceId=invoice.id, amount=amount, source=source)


async def cancel_payment(sides: Sides, pick: int, which: int) -> None:
    if payment := await sides.thing("Payment", pick, "status = 'CREATED'"):
        await sides.attempt(sides.client, "cancelPayment", paymentId=payment.id)


async def credit(sides: Sides, pick: int, which: int) -> None:
    """Of a line, or of the whole invoice; with the money back or as credit."""
    if line := await sides.thing("InvoiceLine", pick, "true", of="invoice_lines"):
        invoice = await sides.rows(f"SELECT id FROM invoices WHERE id = '{line['invoice_id']}'")
        lines = None if which == 0 else [{"lineId": line.id, "amount": line.part("gross_minor", which)}]
        about: dict[str, Any] = {"invoiceId": f"inv_{invoice[0]['id'].hex}", "lines": lines, "reason": "Less was done."}
        written = await sides.attempt(sides.freelancer, "createCreditNote", "creditNote { id }", keyed=False, **about)
        if written is not None:
            note = written["creditNote"]["id"]
            await sides.attempt(sides.freelancer, "issueCreditNote", creditNoteId=note, refund=pick % 2 == 0)


async def take_back_credit(sides: Sides, pick: int, which: int) -> None:
    if note := await sides.thing("CreditNote", pick, "status = 'ISSUED'", of="credit_notes"):
        await sides.attempt(sides.freelancer, "voidCreditNote", creditNoteId=note.id, reason="It was done after all.")


async def apply_credit(sides: Sides, pick: int, which: int) -> None:
    if invoice := await sides.thing("Invoice", pick, OPEN):
        amount = invoice.part("amount_due_minor", which)
        await sides.attempt(sides.client, "applyCustomerCredit", invoiceId=invoice.id, amount=amount)


async def refund(sides: Sides, pick: int, which: int) -> None:
    if payment := await sides.thing("Payment", pick, "status = 'SUCCEEDED'"):
        about = {"amount": payment.part("captured_minor", which), "reason": "Agreed."}
        await sides.attempt(sides.freelancer, "refundPayment", paymentId=payment.id, **about)


async def cancel_refund(sides: Sides, pick: int, which: int) -> None:
    if refund := await sides.thing("Refund", pick, "status = 'PENDING'"):
        await sides.attempt(sides.freelancer, "cancelRefund", refundId=refund.id)


async def record(sides: Sides, pick: int, which: int) -> None:
    """Money that came outside of Milepost; now and then it never did."""
    if pick % 3 == 0 and (earlier := await sides.thing("RecordedPayment", pick, "true", of="recorded_payments")):
        await sides.attempt(
            sides.freelancer, "removeRecordedPayment", recordedPaymentId=earlier.id, reason="It was another one's."
        )
    elif invoice := await sides.thing("Invoice", pick, OPEN):
        how = {"receivedOn": str(sides.world.clock.now().date()), "method": "BANK_TRANSFER"}
        amount = invoice.part("amount_due_minor", which)
        await sides.attempt(sides.freelancer, "recordPayment", invoiceId=invoice.id, amount=amount, **how)


async def give_up(sides: Sides, pick: int, which: int) -> None:
    """An invoice is void, uncollectible, or its rest is forgiven."""
    if invoice := await sides.thing("Invoice", pick, OPEN):
        verb = ("voidInvoice", "markUncollectible", "writeOffRemainder")[which % 3]
        reason = {} if verb == "writeOffRemainder" else {"reason": "They are gone."}
        await sides.attempt(sides.freelancer, verb, invoiceId=invoice.id, **reason)


async def pay_out(sides: Sides, pick: int, which: int) -> None:
    by = sides.client if pick == PARTS else sides.freelancer
    wallets = f"""(SELECT a.*, balance_minor FROM ledger_accounts a JOIN ledger_balances ON account_id = a.id
        WHERE code = 'wallet_available' AND organization_id = '{by.organization_id}') wallets"""
    if wallet := await sides.thing("Wallet", pick, "balance_minor > 0", of=wallets):
        await sides.attempt(by, "requestPayout", amount=wallet.part("balance_minor", which))


async def stop_payout(sides: Sides, pick: int, which: int) -> None:
    if payout := await sides.thing("Payout", pick, "status IN ('REQUESTED', 'PENDING_APPROVAL', 'HELD', 'PENDING')"):
        if which % 3 == 2:
            await sides.attempt(sides.staff, "rejectPayout", payoutId=payout.id, reason="It is not theirs.")
        else:
            verb, by = (("cancelPayout", sides.freelancer), ("clearPayoutHold", sides.staff))[which % 3]
            await sides.attempt(by, verb, payoutId=payout.id)


async def convert(sides: Sides, pick: int, which: int) -> None:
    wallets = """(SELECT a.*, balance_minor FROM ledger_accounts a JOIN ledger_balances ON account_id = a.id
        WHERE code = 'wallet_available') wallets"""
    if wallet := await sides.thing("Wallet", pick, "balance_minor > 0", of=wallets):
        by, _ = sides.side_of(wallet["organization_id"])
        to, rate = ("JPY", "162.5137") if wallet["currency"] == "EUR" else ("EUR", "0.0061")
        await make_rate(sides.world, wallet["currency"], to, rate)
        amount = wallet.part("balance_minor", which)
        quoted = await sides.attempt(by, "quoteConversion", "conversion { id }", keyed=False, amount=amount, to=to)
        if quoted is not None:
            await sides.attempt(by, "convertWallet", quoteId=quoted["conversion"]["id"])


async def decide(sides: Sides, pick: int, which: int) -> None:
    """The second person mostly agrees; now and then the first one tries to, which is never allowed."""
    if request := await sides.thing("ApprovalRequest", pick, "status = 'PENDING'", of="approval_requests"):
        first, second = sides.side_of(request["organization_id"])
        by = first if which == PARTS - 1 else second
        if which % 4 == 3:
            await sides.attempt(by, "reject", keyed=False, approvalId=request.id, reason="Not now.")
        else:
            done = await sides.attempt(by, "approve", approvalId=request.id)
            assert done is None or by.user_id != request["requested_by_id"]


async def take_back_request(sides: Sides, pick: int, which: int) -> None:
    if which < 2 and (
        request := await sides.thing("ApprovalRequest", pick, "status = 'PENDING'", of="approval_requests")
    ):
        first, _ = sides.side_of(request["requested_for_id"])
        await sides.attempt(first, "cancelApproval", keyed=False, approvalId=request.id)


async def answer_chargeback(sides: Sides, pick: int, which: int) -> None:
    if chargeback := await sides.thing("Chargeback", pick, "status = 'NEEDS_RESPONSE'"):
        said = {"evidence": ("They have it.", "sim_unconvincing")[pick % 2]} if which % 3 else {}
        verb = "submitChargebackEvidence" if said else "acceptChargeback"
        await sides.attempt(sides.freelancer, verb, chargebackId=chargeback.id, **said)


async def clear_suspense(sides: Sides, pick: int, which: int) -> None:
    if exception := await sides.thing("MoneyException", pick, "status IN ('OPEN', 'ASSIGNED')", of="money_exceptions"):
        decision = {"decision": ("APPLY", "RETURN")[which % 2], "reason": "The bank says so."}
        await sides.attempt(sides.staff, "clearSuspense", exceptionId=exception.id, **decision)


async def write_off_debt(sides: Sides, pick: int, which: int) -> None:
    debts = """(SELECT a.*, balance_minor FROM ledger_accounts a JOIN ledger_balances ON account_id = a.id
        WHERE code = 'org_debt') debts"""
    if debt := await sides.thing("Organization", pick, "balance_minor > 0", of=debts):
        owner = f"org_{debt['organization_id'].hex}"
        about = {"organizationId": owner, "amount": debt.part("balance_minor", which), "reason": "They are gone."}
        await sides.attempt(sides.staff, "writeOffDebt", **about)


async def change_card(sides: Sides, pick: int, which: int) -> None:
    await make_method(sides.client, CARDS[(pick + which) % len(CARDS)], CURRENCIES[pick % 2])


async def change_bank(sides: Sides, pick: int, which: int) -> None:
    by = sides.client if pick == PARTS else sides.freelancer
    await make_payout_method(by, BANKS[which % len(BANKS)], CURRENCIES[pick % 2], make_default=True)


async def change_mood(sides: Sides, pick: int, which: int) -> None:
    """The provider does not answer, or its answers get lost."""
    sides.provider.mood = sides.provider.MOODS[which % len(sides.provider.MOODS)]


async def wait(sides: Sides, pick: int, which: int) -> None:
    await sides.time_passes(HOURS[pick % len(HOURS)])


async def begin(sides: Sides, ahead: int) -> None:
    """Nothing has happened; or all that can be is funded; or a part of it is delivered and paid as well."""
    if ahead:
        for made in sides.made[:2]:
            for milestone in made.milestones:
                await sides.attempt(sides.client, "fundMilestone", milestoneId=milestone)
    await sides.settle()
    for number in range(len(sides.made) if ahead > 1 else 0):
        await deliver(sides, number, 0)
        await sides.settle()


OFTEN = (fund, release, deliver, pay, pay_out, decide, wait)
VERBS: tuple[Verb, ...] = (
    *(*OFTEN, *OFTEN, wait, change_card),
    *(give_back, freeze, rule, rule, clear_release, bill_ahead, cancel_project, cancel_payment, credit, credit),
    *(take_back_credit, apply_credit, refund, refund, cancel_refund, record, give_up, stop_payout, convert),
    *(take_back_request, answer_chargeback, answer_chargeback, clear_suspense, write_off_debt, change_bank),
    change_mood,
)
