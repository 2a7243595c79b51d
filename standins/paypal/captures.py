"""Captures, authorizations and refunds: what becomes of orders."""

from decimal import Decimal

from standins.paypal.account import Account, Thing, charge_fee, money, negative
from standins.paypal.refusals import missing, unprocessable

_PAYMENTS = "/v2/payments"
CHARGE, AUTHORIZED, REFUND = "T0006", "T1300", "T1107"


def take(account: Account, order: Thing, *, is_pending: bool) -> None:
    """Captures or authorizes all of an order, as its intent says."""
    unit = order["purchase_units"][0]
    order["status"] = "COMPLETED"
    if order["intent"] == "AUTHORIZE":
        unit["payments"] = {"authorizations": [_authorized(account, order, unit)]}
    else:
        unit["payments"] = {"captures": [_captured(account, order["id"], unit, unit["amount"], is_pending=is_pending)]}


def show(things: dict[str, Thing], thing_id: str) -> Thing:
    if thing_id not in things:
        raise missing()
    return things[thing_id]


def capture(account: Account, authorization_id: str, body: Thing) -> Thing:
    authorization = show(account.authorizations, authorization_id)
    _require_open(authorization)
    amount: Thing = body.get("amount") or authorization["amount"]
    if Decimal(amount["value"]) > Decimal(authorization["amount"]["value"]):
        raise unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED")
    order = account.orders[authorization["supplementary_data"]["related_ids"]["order_id"]]
    captured = _captured(account, order["id"], authorization, amount, is_pending=False, authorization=authorization_id)
    order["purchase_units"][0]["payments"]["captures"] = [captured]
    authorization["status"] = "CAPTURED"
    return captured


def void(account: Account, authorization_id: str) -> Thing:
    authorization = show(account.authorizations, authorization_id)
    _require_open(authorization)
    authorization["status"] = "VOIDED"
    account.tell("PAYMENT.AUTHORIZATION.VOIDED", "authorization", authorization)
    return authorization


def settle(account: Account, capture_id: str, *, is_denied: bool) -> None:
    """What PayPal does with a capture that is pending."""
    captured = show(account.captures, capture_id)
    captured["status"] = "DECLINED" if is_denied else "COMPLETED"
    captured.pop("status_details", None)
    if not is_denied:
        _book(account, captured)
    account.tell(f"PAYMENT.CAPTURE.{'DENIED' if is_denied else 'COMPLETED'}", "capture", captured)


def refund(account: Account, capture_id: str, body: Thing) -> Thing:
    """Never more than is left of the capture."""
    captured = show(account.captures, capture_id)
    if captured["status"] not in ("COMPLETED", "PARTIALLY_REFUNDED"):
        raise unprocessable("CAPTURE_FULLY_REFUNDED" if captured["status"] == "REFUNDED" else "INVALID_RESOURCE_STATE")
    amount: Thing = body.get("amount") or captured["amount"]
    given = [one for one in account.refunds.values() if one["links"][1]["href"].endswith(capture_id)]
    left = Decimal(captured["amount"]["value"]) - sum(Decimal(one["amount"]["value"]) for one in given)
    if Decimal(amount["value"]) > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED")
    refund_id = account.new_id("RF")
    made = {
        "id": refund_id,
        "status": "COMPLETED",
        "amount": amount,
        **{name: body[name] for name in ("custom_id",) if name in body},
        "create_time": account.now(),
        "links": [
            account.link(f"{_PAYMENTS}/refunds/{refund_id}"),
            account.link(f"{_PAYMENTS}/captures/{capture_id}", "up"),
        ],
    }
    account.refunds[refund_id] = made
    order = account.orders[captured["supplementary_data"]["related_ids"]["order_id"]]
    order["purchase_units"][0]["payments"].setdefault("refunds", []).append(made)
    captured["status"] = "REFUNDED" if Decimal(amount["value"]) == left else "PARTIALLY_REFUNDED"
    account.enter(REFUND, refund_id, negative(amount), key=body.get("custom_id"))
    account.tell("PAYMENT.CAPTURE.REFUNDED", "refund", made)
    return made


def _captured(
    account: Account, order_id: str, of: Thing, amount: Thing, *, is_pending: bool, authorization: str | None = None
) -> Thing:
    capture_id, fee = account.new_id("CP"), charge_fee(amount)
    related = {"order_id": order_id} | ({} if authorization is None else {"authorization_id": authorization})
    made = {
        "id": capture_id,
        "status": "PENDING" if is_pending else "COMPLETED",
        "amount": amount,
        "final_capture": True,
        **_named(of),
        "seller_receivable_breakdown": {
            "gross_amount": amount,
            "paypal_fee": money(amount["currency_code"], fee),
            "net_amount": money(amount["currency_code"], Decimal(amount["value"]) - fee),
        },
        "supplementary_data": {"related_ids": related},
        "create_time": account.now(),
        "links": [account.link(f"{_PAYMENTS}/captures/{capture_id}")],
    }
    if is_pending:
        made["status_details"] = {"reason": "PENDING_REVIEW"}
    else:
        _book(account, made)
    account.captures[capture_id] = made
    account.tell(f"PAYMENT.CAPTURE.{'PENDING' if is_pending else 'COMPLETED'}", "capture", made)
    return made


def _book(account: Account, captured: Thing) -> None:
    amount = captured["amount"]
    named = {"invoice_id": captured["invoice_id"]} if "invoice_id" in captured else {}
    account.enter(CHARGE, captured["id"], amount, key=captured.get("custom_id"), fee=charge_fee(amount), **named)


def _authorized(account: Account, order: Thing, unit: Thing) -> Thing:
    authorization_id = account.new_id("TH")
    made = {
        "id": authorization_id,
        "status": "CREATED",
        "amount": unit["amount"],
        **_named(unit),
        "supplementary_data": {"related_ids": {"order_id": order["id"]}},
        "create_time": account.now(),
        "links": [account.link(f"{_PAYMENTS}/authorizations/{authorization_id}")],
    }
    account.authorizations[authorization_id] = made
    account.enter(AUTHORIZED, authorization_id, unit["amount"], key=unit.get("custom_id"), moves_nothing=True)
    account.tell("PAYMENT.AUTHORIZATION.CREATED", "authorization", made)
    return made


def _named(thing: Thing) -> Thing:
    return {name: thing[name] for name in ("custom_id", "invoice_id") if name in thing}


def _require_open(authorization: Thing) -> None:
    if authorization["status"] == "CAPTURED":
        raise unprocessable("AUTHORIZATION_ALREADY_CAPTURED")
    if authorization["status"] == "VOIDED":
        raise unprocessable("AUTHORIZATION_VOIDED")
