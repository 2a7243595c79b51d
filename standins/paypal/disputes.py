"""Disputes of captures, opened and decided on command."""

from datetime import timedelta
from typing import Literal

from standins.paypal.account import Account, Thing, negative, written
from standins.paypal.refusals import Refusal, missing

_DISPUTES = "/v1/customer/disputes"
HOLD, RELEASE, REVERSAL = "T1110", "T1111", "T1106"
_ANSWER_WITHIN = timedelta(days=10)
_IN_LISTS = ("dispute_id", "create_time", "update_time", "reason", "status", "dispute_amount")

Stage = Literal["INQUIRY", "CHARGEBACK"]


def open_one(account: Account, capture_id: str, stage: Stage, reason: str) -> Thing:
    """A payer disputes a capture; as a claim, the money is held until it is decided."""
    captured = account.captures[capture_id]
    dispute_id = f"PP-R-{account.new_id('DP', 11)}"
    named = {"custom": captured["custom_id"]} if "custom_id" in captured else {}
    dispute = {
        "dispute_id": dispute_id,
        "create_time": account.now(),
        "update_time": account.now(),
        "disputed_transactions": [{"seller_transaction_id": capture_id, "gross_amount": captured["amount"], **named}],
        "reason": reason,
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_amount": captured["amount"],
        "dispute_life_cycle_stage": stage,
        "dispute_channel": "INTERNAL",
        "seller_response_due_date": written(account.clock() + _ANSWER_WITHIN),
        "links": [account.link(f"{_DISPUTES}/{dispute_id}")],
    }
    account.disputes[dispute_id] = dispute
    if stage == "CHARGEBACK":
        _hold(account, dispute)
    account.tell("CUSTOMER.DISPUTE.CREATED", "dispute", dispute)
    return dispute


def escalate(account: Account, dispute_id: str) -> None:
    """The payer makes a claim of an inquiry."""
    dispute = show(account, dispute_id)
    dispute |= {"dispute_life_cycle_stage": "CHARGEBACK", "update_time": account.now()}
    _hold(account, dispute)
    account.tell("CUSTOMER.DISPUTE.UPDATED", "dispute", dispute)


def resolve(account: Account, dispute_id: str, outcome: str) -> None:
    """PayPal decides; what was held goes to whom it decides for."""
    dispute = show(account, dispute_id)
    amount, key = dispute["dispute_amount"], dispute["disputed_transactions"][0].get("custom")
    if dispute["dispute_life_cycle_stage"] == "CHARGEBACK" and outcome != "RESOLVED_BUYER_FAVOUR":
        account.enter(RELEASE, account.new_id("RL"), amount, key=key)
    elif dispute["dispute_life_cycle_stage"] == "INQUIRY" and outcome == "RESOLVED_BUYER_FAVOUR":
        account.enter(REVERSAL, account.new_id("RV"), negative(amount), key=key)
    dispute |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": outcome}, "update_time": account.now()}
    dispute.pop("seller_response_due_date", None)
    account.tell("CUSTOMER.DISPUTE.RESOLVED", "dispute", dispute)


def show(account: Account, dispute_id: str) -> Thing:
    if dispute_id not in account.disputes:
        raise missing()
    return account.disputes[dispute_id]


def listed(account: Account, query: Thing) -> Thing:
    """A page of those that have changed; the token of the next one is where it begins."""
    start, size = int(query.get("next_page_token", "0")), int(query.get("page_size", "10"))
    after = query.get("update_time_after", "")[:19]
    changed = [one for one in account.disputes.values() if one["update_time"][:19] >= after]
    page = [{name: one[name] for name in _IN_LISTS} for one in changed[start : start + size]]
    links = [account.link(_DISPUTES)]
    if start + size < len(changed):
        following = f"{_DISPUTES}?page_size={size}&next_page_token={start + size}"
        links.append(account.link(f"{following}&update_time_after={query['update_time_after']}", "next"))
    return {"items": page, "links": links}


def provide_evidence(account: Account, dispute_id: str) -> Thing:
    dispute = _answered(account, dispute_id)
    dispute |= {"status": "UNDER_REVIEW", "update_time": account.now()}
    account.tell("CUSTOMER.DISPUTE.UPDATED", "dispute", dispute)
    return {"links": dispute["links"]}


def accept_claim(account: Account, dispute_id: str) -> Thing:
    links = _answered(account, dispute_id)["links"]
    resolve(account, dispute_id, "RESOLVED_BUYER_FAVOUR")
    return {"links": links}


def _answered(account: Account, dispute_id: str) -> Thing:
    dispute = show(account, dispute_id)
    if dispute["status"] != "WAITING_FOR_SELLER_RESPONSE":
        raise Refusal(422, "UNPROCESSABLE_ENTITY", "ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE")
    return dispute


def _hold(account: Account, dispute: Thing) -> None:
    key = dispute["disputed_transactions"][0].get("custom")
    account.enter(HOLD, account.new_id("HD"), negative(dispute["dispute_amount"]), key=key)
