"""What PayPal answers and tells, written down from its documentation."""

from standins.paypal.requests import BATCH_HEADER, ITEM, VAULT_ID
from standins.paypal.shapes import (
    ANY,
    CURRENCY,
    FLAG,
    ID,
    LINKS,
    MONEY,
    NOTHING,
    PAYOUT_MONEY,
    STATUS_DETAILS,
    TIME,
    URL,
    Schema,
    closed,
    listed,
    one_of,
    text,
)

_AUTHORIZATION = closed(
    "id",
    "status",
    "amount",
    id=ID,
    status=one_of("CREATED", "CAPTURED", "DENIED", "PARTIALLY_CAPTURED", "VOIDED", "PENDING"),
    status_details=STATUS_DETAILS,
    amount=MONEY,
    custom_id=text(255),
    invoice_id=text(127),
    supplementary_data=closed(related_ids=closed(order_id=ID)),
    expiration_time=TIME,
    create_time=TIME,
    update_time=TIME,
    links=LINKS,
)
_CAPTURE = closed(
    "id",
    "status",
    "amount",
    id=ID,
    status=one_of("COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"),
    status_details=STATUS_DETAILS,
    amount=MONEY,
    final_capture=FLAG,
    custom_id=text(255),
    invoice_id=text(127),
    seller_receivable_breakdown=closed("gross_amount", gross_amount=MONEY, paypal_fee=MONEY, net_amount=MONEY),
    supplementary_data=closed(related_ids=closed(order_id=ID, authorization_id=ID)),
    create_time=TIME,
    update_time=TIME,
    links=LINKS,
)
_REFUND = closed(
    "id",
    "status",
    "amount",
    id=ID,
    status=one_of("CANCELLED", "FAILED", "PENDING", "COMPLETED"),
    status_details=STATUS_DETAILS,
    amount=MONEY,
    custom_id=text(127),
    create_time=TIME,
    update_time=TIME,
    links=LINKS,
)
_ORDER_UNIT = closed(
    "reference_id",
    "amount",
    reference_id=text(256),
    custom_id=text(255),
    invoice_id=text(127),
    description=text(127),
    amount=MONEY,
    payments=closed(captures=listed(_CAPTURE), authorizations=listed(_AUTHORIZATION), refunds=listed(_REFUND)),
)
_ORDER = closed(
    "id",
    "intent",
    "status",
    "purchase_units",
    id=ID,
    intent=one_of("CAPTURE", "AUTHORIZE"),
    status=one_of("CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"),
    purchase_units=listed(_ORDER_UNIT, least=1, most=10),
    create_time=TIME,
    update_time=TIME,
    links=LINKS,
)
_HEADER_FIELDS = {
    "payout_batch_id": text(30),
    "batch_status": one_of("DENIED", "PENDING", "PROCESSING", "SUCCESS", "CANCELED"),
    "sender_batch_header": BATCH_HEADER,
    "time_created": TIME,
}
_HEADER = closed("payout_batch_id", "batch_status", "sender_batch_header", **_HEADER_FIELDS)
PAYOUT_ITEM = closed(
    "payout_item_id",
    "payout_batch_id",
    "transaction_status",
    "payout_item",
    payout_item_id=text(30),
    payout_batch_id=text(30),
    transaction_id=text(30),
    transaction_status=one_of(
        "SUCCESS", "FAILED", "PENDING", "UNCLAIMED", "RETURNED", "ONHOLD", "BLOCKED", "REFUNDED", "REVERSED"
    ),
    payout_item=ITEM,
    payout_item_fee=PAYOUT_MONEY,
    sender_batch_id=text(256),
    time_processed=TIME,
    errors=closed("name", "message", name=text(100), message=text(1_000), information_link=URL),
    links=LINKS,
)
DISPUTE = closed(
    "dispute_id",
    "create_time",
    "update_time",
    "disputed_transactions",
    "reason",
    "status",
    "dispute_amount",
    "dispute_life_cycle_stage",
    dispute_id=text(255, "^[A-Za-z0-9-]+$"),
    create_time=TIME,
    update_time=TIME,
    disputed_transactions=listed(
        closed(seller_transaction_id=ID, invoice_number=text(127), custom=text(2_000), gross_amount=MONEY)
    ),
    reason=text(255),
    status=one_of(
        "OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "RESOLVED", "OTHER"
    ),
    dispute_amount=MONEY,
    dispute_outcome=closed(outcome_code=text(255), amount_refunded=MONEY),
    dispute_life_cycle_stage=one_of("INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION"),
    dispute_channel=one_of("INTERNAL", "EXTERNAL"),
    seller_response_due_date=TIME,
    links=LINKS,
)
_TRANSACTION = closed(
    "transaction_id",
    "transaction_event_code",
    transaction_id=text(24),
    paypal_reference_id=text(24),
    paypal_reference_id_type=one_of("ODR", "TXN"),
    transaction_event_code=text(5, "^T[0-9]{4}$"),
    transaction_initiation_date=TIME,
    transaction_updated_date=TIME,
    transaction_amount=MONEY,
    fee_amount=MONEY,
    transaction_status=one_of("D", "P", "S", "V"),
    invoice_id=text(127),
    custom_field=text(127),
)
_WALLET = closed(email_address=text(254), account_id=text(13, "^[2-9A-HJ-NP-Z]{13}$"))
_CARD = closed(brand=text(255), last_digits=text(4), expiry=text(7, "^[0-9]{4}-(0[1-9]|1[0-2])$"))

ANSWERS: dict[str, Schema] = {
    "create token": closed(
        "access_token", "token_type", "expires_in", access_token=ANY, token_type=ANY, expires_in={"type": "integer"}
    ),
    "show user": closed(
        "user_id", user_id=URL, payer_id=text(13), email=text(254), email_verified=FLAG, verified_account=FLAG
    ),
    **dict.fromkeys(("create order", "show order", "capture order", "authorize order"), _ORDER),
    "update order": NOTHING,
    "show authorization": _AUTHORIZATION,
    "capture authorization": _CAPTURE,
    "void authorization": {"anyOf": [_AUTHORIZATION, NOTHING]},
    "show capture": _CAPTURE,
    "refund capture": _REFUND,
    "show refund": _REFUND,
    "show payment token": closed(
        "id",
        "payment_source",
        id=VAULT_ID,
        customer=closed(id=text(22)),
        payment_source=closed(paypal=_WALLET, card=_CARD),
        links=LINKS,
    ),
    "create payout": closed("batch_header", batch_header=_HEADER, links=LINKS),
    "show payout": closed("batch_header", batch_header=_HEADER, items=listed(PAYOUT_ITEM), links=LINKS),
    "list disputes": closed(
        items=listed(
            closed(
                "dispute_id",
                dispute_id=ANY,
                create_time=TIME,
                update_time=TIME,
                reason=ANY,
                status=ANY,
                dispute_amount=MONEY,
            )
        ),
        links=LINKS,
    ),
    "show dispute": DISPUTE,
    "provide evidence": closed(links=LINKS),
    "accept claim": closed(links=LINKS),
    "list transactions": closed(
        "transaction_details",
        "total_pages",
        transaction_details=listed(closed("transaction_info", transaction_info=_TRANSACTION)),
        account_number=text(255),
        start_date=TIME,
        end_date=TIME,
        last_refreshed_datetime=TIME,
        page={"type": "integer"},
        total_items={"type": "integer"},
        total_pages={"type": "integer"},
    ),
    "list balances": closed(
        "balances",
        balances=listed(
            closed("currency", currency=CURRENCY, primary=FLAG, total_balance=MONEY, available_balance=MONEY)
        ),
        account_id=text(13),
        as_of_time=TIME,
        last_refresh_time=TIME,
    ),
}
"""What is answered when it is done."""

ERROR = closed(
    "name",
    "message",
    name=text(255),
    message=text(2_000),
    debug_id=text(255),
    details=listed(closed("issue", issue=text(255), description=text(2_000), field=text(255))),
    links=LINKS,
)
EVENT = closed(
    "id",
    "event_type",
    "resource",
    "create_time",
    id=text(60),
    event_version=text(10),
    resource_version=text(10),
    create_time=TIME,
    resource_type=text(60),
    event_type=text(60, "^[A-Z_-]+([.][A-Z_-]+)+$"),
    summary=text(500),
    resource={"anyOf": [_ORDER, _AUTHORIZATION, _CAPTURE, _REFUND, PAYOUT_ITEM, DISPUTE, {"required": ["id"]}]},
    links=LINKS,
)
