"""Payouts: a transfer to the payee's connected account, and from there a payout to their bank.

The transfer is what leaves our balance, so that its id is the payout's. Whenever the bank's half does not come about,
the transfer is taken back, and the money is where it was.
"""

from stripe import Payout, StripeError, Transfer

from domain.money import Money
from integrations.decline_codes import DeclineCode
from integrations.payments import (
    Asked,
    CameBack,
    Declined,
    NoAnswer,
    NotFound,
    PaidOut,
    PayingOut,
    PayoutFinding,
    UnderWay,
)
from integrations.stripe_payments.amounts import NotExact, from_stripe, to_stripe
from integrations.stripe_payments.connection import Connection, key_in, metadata_of
from integrations.stripe_payments.refusals import answer_to, code_of, is_missing, no_answer


async def pay_out(connection: Connection, paying: PayingOut) -> PayoutFinding:
    """Both halves. Between them the money belongs to the payee's account, whatever happens to this process."""
    try:
        units = to_stripe(paying.amount, is_payout=True)
    except NotExact:
        return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
    try:
        transfer = await connection.api.transfers.create_async(
            {
                "amount": units,
                "currency": paying.amount.currency.lower(),
                "destination": paying.method_token,
                "transfer_group": str(paying.key),
                "metadata": metadata_of(paying.key, "payout"),
            },
            {"idempotency_key": f"{paying.key}-transfer"},
        )
    except StripeError as error:
        return answer_to(error)
    try:
        payout = await connection.api.payouts.create_async(
            {
                "amount": units,
                "currency": paying.amount.currency.lower(),
                "metadata": metadata_of(paying.key, "payout"),
            },
            {"stripe_account": paying.method_token, "idempotency_key": str(paying.key)},
        )
    except StripeError as error:
        refusal = answer_to(error)
        if isinstance(refusal, NoAnswer):
            return refusal
        return await _taken_back(connection, transfer, refusal.code)
    return await _outcome_of(connection, transfer, payout)


async def find(connection: Connection, asked: Asked) -> PayoutFinding:
    """By the transfer, and on its account by our key. A transfer that no payout followed is taken back."""
    try:
        transfer = await _transfer(connection, asked)
        if transfer is None:
            return NotFound()
        payout = await _payout(connection, transfer, asked)
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    if payout is not None:
        return await _outcome_of(connection, transfer, payout)
    return await _taken_back(connection, transfer, DeclineCode.PROVIDER_REFUSED.name)


async def _transfer(connection: Connection, asked: Asked) -> Transfer | None:
    if asked.provider_id is not None:
        return await connection.api.transfers.retrieve_async(asked.provider_id)
    listed = await connection.api.transfers.list_async({"transfer_group": str(asked.key), "limit": 1})
    return listed.data[0] if listed.data else None


async def _payout(connection: Connection, transfer: Transfer, asked: Asked) -> Payout | None:
    made = await connection.api.payouts.list_async(
        {"created": {"gte": transfer.created}, "limit": 100}, {"stripe_account": _account_of(transfer)}
    )
    async for payout in made.auto_paging_iter():
        if key_in(payout.metadata) == asked.key:
            return payout
    return None


async def _outcome_of(connection: Connection, transfer: Transfer, payout: Payout) -> PayoutFinding:
    match payout.status:
        case "paid":
            return PaidOut(provider_id=transfer.id, amount=_amount_of(payout))
        case "pending" | "in_transit":
            return UnderWay(provider_id=transfer.id)
        case "failed" | "canceled":
            code = code_of(payout.failure_code) if payout.status == "failed" else DeclineCode.CANCELED.name
            back = await _taken_back(connection, transfer, code)
            return CameBack(code=code) if isinstance(back, Declined) else back
        case unknown:
            return NoAnswer(reason=f"a payout in the status {unknown}")


async def _taken_back(connection: Connection, transfer: Transfer, code: str) -> Declined | NoAnswer:
    """Once, however often it is called. It can only take what is still on the account, and not yet with the bank."""
    if not transfer.reversed:
        try:
            await connection.api.transfers.reversals.create_async(
                transfer.id,
                {"metadata": transfer.metadata.to_dict()},
                {"idempotency_key": f"{transfer.id}-back"},
            )
        except StripeError as error:
            return no_answer(error)
    return Declined(code=code, provider_id=transfer.id)


def _amount_of(payout: Payout) -> Money:
    return from_stripe(payout.amount, payout.currency)


def _account_of(transfer: Transfer) -> str:
    account = transfer.destination
    if account is None:
        raise ValueError(f"the transfer {transfer.id} has no destination")
    return account if isinstance(account, str) else account.id
