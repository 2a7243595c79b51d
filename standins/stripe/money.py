"""The balances: one line for everything that moved money in an account, with what Stripe kept of it."""

from standins.stripe.errors import invalid
from standins.stripe.lists import as_list
from standins.stripe.world import PLATFORM, Call, Thing, World

FEE_PER_MILLE, FEE_FIXED, DISPUTE_FEE = 29, 30, 1500
"""What a charge and a lost or undecided dispute cost, in the currency's units; real accounts have their own terms."""

_CATEGORIES = {
    "charge": "charge",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payment": "charge",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "adjustment": "dispute",
}


def fee_of(amount: int) -> int:
    return amount * FEE_PER_MILLE // 1000 + FEE_FIXED


def move(
    world: World, kind: str, amount: int, currency: str, source: str | None, *, fee: int = 0, account: str = PLATFORM
) -> Thing:
    """Books an amount, negative where it leaves, less a fee. It is available at once."""
    fees = [] if fee == 0 else [{"amount": fee, "currency": currency, "type": "stripe_fee", "application": None}]
    return world.add(
        "balance_transaction",
        "txn",
        account,
        amount=amount,
        available_on=world.now,
        balance_type="payments",
        currency=currency,
        fee=fee,
        fee_details=[{**one, "description": "Stripe processing fees"} for one in fees],
        net=amount - fee,
        reporting_category=_CATEGORIES[kind],
        status="available",
        type=kind,
        source=source,
    )


def require(world: World, amount: int, currency: str, account: str) -> None:
    """Refuses what an account's balance does not cover."""
    if balance_of(world, account).get(currency, 0) < amount:
        raise invalid("You have insufficient available funds in your Stripe account.", code="balance_insufficient")


def balance_of(world: World, account: str = PLATFORM) -> dict[str, int]:
    """What an account has, by currency."""
    balance: dict[str, int] = {}
    for line in world.all("balance_transaction", account):
        balance[line["currency"]] = balance.get(line["currency"], 0) + line["net"]
    return balance


def balance(world: World, call: Call) -> Thing:
    def amounts(values: dict[str, int]) -> list[Thing]:
        return [{"currency": currency, "amount": amount} for currency, amount in sorted(values.items())]

    available = balance_of(world, call.account)
    return {
        "object": "balance",
        "livemode": False,
        "available": amounts(available),
        "pending": amounts(dict.fromkeys(available, 0)),
    }


def transactions(world: World, call: Call) -> Thing:
    return as_list(world.all("balance_transaction", call.account), call, "currency", "payout", "source", "type")


def transaction(world: World, call: Call) -> Thing:
    return world.get("balance_transaction", call.fields["id"], call.account)


OPERATIONS = {
    "GET /v1/balance": balance,
    "GET /v1/balance_transactions": transactions,
    "GET /v1/balance_transactions/{id}": transaction,
}
