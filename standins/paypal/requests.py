"""The requests that Milepost makes, written down from PayPal's documentation: nothing else is let through."""

from standins.paypal.shapes import FLAG, MONEY, NOTHING, PAYOUT_MONEY, TIME, URL, Schema, closed, listed, one_of, text

_PAGES = {"return_url": URL, "cancel_url": URL}
_WALLET_PAGES = closed(
    **_PAGES,
    user_action=one_of("CONTINUE", "PAY_NOW"),
    shipping_preference=one_of("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
)
VAULT_ID = text(255, "^[0-9a-zA-Z_-]+$")
_SOURCE = closed(
    paypal=closed(vault_id=VAULT_ID, experience_context=_WALLET_PAGES),
    card=closed("vault_id", vault_id=VAULT_ID, experience_context=closed(**_PAGES)),
)
_UNIT = closed(
    "amount", reference_id=text(256), custom_id=text(255), invoice_id=text(127), description=text(127), amount=MONEY
)
_PATCH = closed(
    "op",
    "path",
    op=one_of("add", "remove", "replace"),
    path=one_of("/purchase_units/@reference_id=='default'/custom_id"),
    value=text(255),
)
ITEM = closed(
    "receiver",
    "amount",
    recipient_type=one_of("EMAIL", "PHONE", "PAYPAL_ID"),
    receiver=text(127),
    amount=PAYOUT_MONEY,
    sender_item_id=text(63),
    note=text(4_000),
)
BATCH_HEADER = closed(sender_batch_id=text(256), email_subject=text(255), email_message=text(1_000))
_EVIDENCE = closed(evidence_type=one_of("OTHER", "PROOF_OF_FULFILLMENT", "PROOF_OF_REFUND"), notes=text(2_000))

REQUESTS: dict[str, Schema] = {
    "create token": {
        "oneOf": [
            closed("grant_type", grant_type=one_of("client_credentials")),
            closed("grant_type", "code", grant_type=one_of("authorization_code"), code=text(2_000)),
        ]
    },
    "show user": closed("schema", schema=one_of("openid")),
    "create order": closed(
        "intent",
        "purchase_units",
        intent=one_of("CAPTURE", "AUTHORIZE"),
        purchase_units=listed(_UNIT, least=1, most=10),
        payment_source=_SOURCE,
    ),
    "show order": NOTHING,
    "update order": listed(_PATCH, least=1, most=32),
    "capture order": NOTHING,
    "authorize order": NOTHING,
    "show authorization": NOTHING,
    "capture authorization": closed(amount=MONEY, final_capture=FLAG, invoice_id=text(127)),
    "void authorization": NOTHING,
    "show capture": NOTHING,
    "refund capture": closed(amount=MONEY, custom_id=text(127), invoice_id=text(127), note_to_payer=text(255)),
    "show refund": NOTHING,
    "show payment token": NOTHING,
    "create payout": closed(
        "sender_batch_header", "items", sender_batch_header=BATCH_HEADER, items=listed(ITEM, least=1, most=15_000)
    ),
    "show payout": NOTHING,
    "list disputes": closed(
        update_time_after=TIME, page_size=text(2, "^[1-9][0-9]?$"), next_page_token=text(255, "^[0-9]+$")
    ),
    "show dispute": NOTHING,
    "provide evidence": closed("evidences", evidences=listed(_EVIDENCE, least=1, most=100)),
    "accept claim": closed("note", note=text(2_000), accept_claim_type=one_of("REFUND")),
    "list transactions": closed(
        "start_date",
        "end_date",
        start_date=TIME,
        end_date=TIME,
        fields=text(100),
        balance_affecting_records_only=one_of("Y", "N"),
        page_size=text(3, "^[1-9][0-9]*$"),
        page=text(5, "^[1-9][0-9]*$"),
    ),
    "list balances": closed(as_of_time=TIME, currency_code=text(3)),
}
"""What may be asked: the body, or for what only reads, the query."""
