"""Money for payees: transfers into their connected accounts, and payouts from there to their banks."""

from functools import partial

from standins.stripe import money
from standins.stripe.accounts import BANKS
from standins.stripe.errors import invalid
from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World


def create_transfer(world: World, call: Call) -> Thing:
    fields = call.fields
    account, amount, currency = world.get("account", fields["destination"]), fields["amount"], fields["currency"]
    if account["capabilities"].get("transfers") != "active":
        raise invalid(
            "Your destination account needs to have the transfers capability enabled.",
            code="insufficient_capabilities_for_transfer",
        )
    money.require(world, amount, currency, call.account)
    transfer = world.add(
        "transfer",
        "tr",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        destination=account["id"],
        destination_payment=world.new_id("py"),
        metadata=dict(fields.get("metadata", {})),
        reversals={"object": "list", "data": [], "has_more": False, "url": "/v1/transfers/reversals"},
        reversed=False,
        transfer_group=fields.get("transfer_group"),
    )
    transfer["balance_transaction"] = money.move(world, "transfer", -amount, currency, transfer["id"])["id"]
    money.move(world, "payment", amount, currency, transfer["destination_payment"], account=account["id"])
    world.tell("transfer.created", transfer)
    return transfer


def transfer(world: World, call: Call) -> Thing:
    return world.get("transfer", call.fields["transfer"])


def transfers(world: World, call: Call) -> Thing:
    return as_list(world.all("transfer"), call, "destination", "transfer_group")


def reverse(world: World, call: Call) -> Thing:
    transfer = world.get("transfer", call.fields["id"])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.fields.get("amount", left)
    if not 1 <= amount <= left:
        raise invalid("This transfer has already been reversed.", code="transfer_already_reversed")
    money.require(world, amount, transfer["currency"], transfer["destination"])
    reversal = world.add(
        "transfer_reversal",
        "trr",
        amount=amount,
        currency=transfer["currency"],
        metadata=dict(call.fields.get("metadata", {})),
        transfer=transfer["id"],
    )
    line = money.move(world, "transfer_refund", amount, transfer["currency"], reversal["id"])
    reversal["balance_transaction"] = line["id"]
    account, payment = transfer["destination"], transfer["destination_payment"]
    money.move(world, "payment_refund", -amount, transfer["currency"], payment, account=account)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    world.tell("transfer.reversed", transfer)
    return reversal


def create_payout(world: World, call: Call) -> Thing:
    amount, currency = call.fields["amount"], call.fields["currency"]
    banks = world.get("account", call.account)["external_accounts"]["data"] if call.account else []
    if not banks:
        raise invalid("Sorry, you don't have any external accounts in that currency.", code="payouts_not_allowed")
    money.require(world, amount, currency, call.account)
    payout = world.add(
        "payout",
        "po",
        call.account,
        amount=amount,
        arrival_date=world.now + 2 * 86400,
        automatic=False,
        currency=currency,
        destination=banks[0]["id"],
        metadata=dict(call.fields.get("metadata", {})),
        method="standard",
        reconciliation_status="not_applicable",
        source_type="card",
        status="pending",
        type="bank_account",
    )
    line = money.move(world, "payout", -amount, currency, payout["id"], account=call.account)
    payout["balance_transaction"] = line["id"]
    world.tell("payout.created", payout, call.account)
    code = BANKS[banks[0]["metadata"]["test_number"]]
    world.later(partial(arrive, world, payout) if code is None else partial(fail, world, payout, code))
    return payout


def payout(world: World, call: Call) -> Thing:
    return world.get("payout", call.fields["payout"], call.account)


def payouts(world: World, call: Call) -> Thing:
    return as_list(world.all("payout", call.account), call, "destination", "status")


def arrive(world: World, payout: Thing) -> None:
    payout["status"] = "paid"
    world.tell("payout.paid", payout, world.owner_of(payout))


def fail(world: World, payout: Thing, code: str) -> None:
    """The bank sends the money back, also days after it had arrived."""
    account = world.owner_of(payout)
    line = money.move(world, "payout_failure", payout["amount"], payout["currency"], payout["id"], account=account)
    payout.update(status="failed", failure_code=code, failure_balance_transaction=line["id"])
    world.tell("payout.failed", payout, account)


OPERATIONS = {
    "POST /v1/transfers": create_transfer,
    "GET /v1/transfers": transfers,
    "GET /v1/transfers/{transfer}": transfer,
    "POST /v1/transfers/{id}/reversals": reverse,
    "POST /v1/payouts": create_payout,
    "GET /v1/payouts": payouts,
    "GET /v1/payouts/{payout}": payout,
}
