"""What goes over the wire: of requests all that Adyen documents of the calls that are made, and no field besides."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from standins.adyen.errors import AdyenError
from standins.counts import Counts

Schema = dict[str, Any]


COUNTS = Counts()


def _of(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _text(most: int = 256, least: int = 1) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most}


def _one_of(*values: str) -> Schema:
    return {"enum": list(values)}


_AMOUNT = _of({"currency": {"type": "string", "pattern": "^[A-Z]{3}$"}, "value": {"type": "integer", "minimum": 0}})
_MERCHANT = {"merchantAccount": _text(100)}
_URL = {"type": "string", "pattern": "^https?://"}
_PAYMENT = {**_MERCHANT, "amount": _AMOUNT, "reference": _text(80)}
_SHOPPER = {"shopperReference": _text(least=3)}
_MODEL = {"recurringProcessingModel": _one_of("CardOnFile", "Subscription", "UnscheduledCardOnFile")}
_DELAY = {"captureDelayHours": {"type": "integer", "minimum": 0, "maximum": 672}}
_DISPUTE = {"disputePspReference": _text(32), "merchantAccountCode": _text(100)}
_DOCUMENT = _of(
    {
        "content": _text(10_000_000),
        "contentType": _one_of("application/pdf", "image/jpg", "image/jpeg", "image/tiff"),
        "defenseDocumentTypeCode": _text(),
    }
)
_COUNTRY = {"type": "string", "pattern": "^[A-Z]{2}$"}

_BODIES: dict[str, Schema] = {
    "POST /checkout/v71/payments": _of(
        {
            **_PAYMENT,
            "returnUrl": _URL,
            "paymentMethod": _of({"type": _one_of("scheme"), "storedPaymentMethodId": _text(64)}),
        },
        {
            **_SHOPPER,
            **_MODEL,
            **_DELAY,
            "shopperInteraction": _one_of("Ecommerce", "ContAuth"),
            "channel": _one_of("Web"),
            "additionalData": _of({"manualCapture": _one_of("true", "false")}),
        },
    ),
    "POST /checkout/v71/payments/details": _of({"details": _of({"redirectResult": _text(10_000)})}),
    "POST /checkout/v71/paymentLinks": _of(
        _PAYMENT,
        {
            **_SHOPPER,
            **_MODEL,
            **_DELAY,
            "returnUrl": _URL,
            "description": _text(280),
            "expiresAt": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"},
            "manualCapture": {"type": "boolean"},
            "storePaymentMethodMode": _one_of("disabled", "askForConsent", "enabled"),
        },
    ),
    "PATCH /checkout/v71/paymentLinks/{id}": _of({"status": _one_of("expired")}),
    "POST /checkout/v71/payments/{psp}/captures": _of({**_MERCHANT, "amount": _AMOUNT}, {"reference": _text(80)}),
    "POST /checkout/v71/payments/{psp}/cancels": _of(_MERCHANT, {"reference": _text(80)}),
    "POST /checkout/v71/payments/{psp}/refunds": _of({**_MERCHANT, "amount": _AMOUNT}, {"reference": _text(80)}),
    "POST /checkout/v71/cancels": _of({**_MERCHANT, "paymentReference": _text(80)}, {"reference": _text(80)}),
    "POST /btl/v4/transfers": _of(
        {
            "amount": _AMOUNT,
            "category": _one_of("bank"),
            "counterparty": _of({"transferInstrumentId": _text(64)}),
        },
        {
            "balanceAccountId": _text(64),
            "priority": _one_of("regular", "fast", "wire", "instant"),
            "reference": {"type": "string", "pattern": "^[a-zA-Z0-9-]{1,80}$"},
            "description": _text(140),
        },
    ),
    "POST /lem/v3/legalEntities": _of(
        {"type": _one_of("organization")},
        {
            "reference": _text(150),
            "organization": _of({"legalName": _text(), "registeredAddress": _of({"country": _COUNTRY})}),
        },
    ),
    "POST /lem/v3/legalEntities/{id}/onboardingLinks": _of({}, {"redirectUrl": _URL}),
    "POST /bcl/v2/accountHolders": _of(
        {"legalEntityId": _text(64)},
        {
            "reference": _text(150),
            "capabilities": _of({"sendToTransferInstrument": _of({"requested": {"type": "boolean"}})}),
        },
    ),
    **{
        f"POST /ca/services/DisputeService/v30/{name}": _of({**_DISPUTE, **more})
        for name, more in (
            ("acceptDispute", {}),
            ("retrieveApplicableDefenseReasons", {}),
            ("supplyDefenseDocument", {"defenseDocuments": {"type": "array", "minItems": 1, "items": _DOCUMENT}}),
            ("defendDispute", {"defenseReasonCode": _text()}),
        )
    },
}

_QUERIES: dict[str, Schema] = {
    "GET /checkout/v71/storedPaymentMethods": _of({**_MERCHANT, **_SHOPPER}),
    "GET /btl/v4/transfers": _of(
        {"balanceAccountId": _text(64), "createdSince": _text(40), "createdUntil": _text(40)},
        {"reference": _text(80), "category": _one_of("bank"), "limit": _text(3), "cursor": _text()},
    ),
}

_VALIDATORS = {operation: jsonschema_rs.validator_for(schema) for operation, schema in {**_BODIES, **_QUERIES}.items()}
_NOTHING = jsonschema_rs.validator_for(_of({}))


def _with(*names: str) -> Schema:
    """Answers may say more than is documented; these they always say."""
    return {"type": "object", "required": list(names)}


_CHANGED = ("merchantAccount", "pspReference", "status")
_ANSWERS: dict[str, Schema] = {
    "POST /checkout/v71/payments": _with("resultCode"),
    "POST /checkout/v71/payments/details": _with("resultCode", "pspReference", "merchantReference"),
    "POST /checkout/v71/paymentLinks": _with(
        "amount", "expiresAt", "id", "merchantAccount", "reference", "status", "url"
    ),
    "POST /checkout/v71/payments/{psp}/captures": _with(*_CHANGED, "amount", "paymentPspReference"),
    "POST /checkout/v71/payments/{psp}/cancels": _with(*_CHANGED, "paymentPspReference"),
    "POST /checkout/v71/payments/{psp}/refunds": _with(*_CHANGED, "amount", "paymentPspReference"),
    "POST /checkout/v71/cancels": _with(*_CHANGED, "paymentReference"),
    "POST /btl/v4/transfers": _with("amount", "category", "id", "status"),
    "GET /btl/v4/transfers": _with("data"),
    "POST /lem/v3/legalEntities": _with("id"),
    "POST /lem/v3/legalEntities/{id}/onboardingLinks": _with("url"),
    "GET /lem/v3/transferInstruments/{id}": _with("id", "legalEntityId", "type"),
    "POST /bcl/v2/accountHolders": _with("id", "legalEntityId"),
}
_ITEM = _with("amount", "eventCode", "eventDate", "merchantAccountCode", "merchantReference", "pspReference", "success")
_EVENT = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "notificationItems": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "object", "properties": {"NotificationRequestItem": _ITEM}},
                }
            },
            "required": ["live", "notificationItems"],
        },
        _with("type", "environment", "data"),
    ]
}
_ANSWER_VALIDATORS = {operation: jsonschema_rs.validator_for(schema) for operation, schema in _ANSWERS.items()}
_EVENT_VALIDATOR = jsonschema_rs.validator_for(_EVENT)


def check(operation: str, content: Mapping[str, Any]) -> None:
    """Refuses a request that Adyen would not take, and what nobody has said that Adyen takes."""
    COUNTS.requests += 1
    error = next(_VALIDATORS.get(operation, _NOTHING).iter_errors(dict(content)), None)
    if error is not None:
        message = f"{operation}: {error.message}"
        COUNTS.outside.append(message)
        raise AdyenError(422, "14_0408", message)


def check_answer(operation: str, content: Mapping[str, Any]) -> None:
    COUNTS.answers += 1
    if operation in _ANSWER_VALIDATORS:
        COUNTS.outside += [f"{operation}: {one.message}" for one in _ANSWER_VALIDATORS[operation].iter_errors(content)]


def check_event(content: Mapping[str, Any]) -> None:
    COUNTS.events += 1
    COUNTS.outside += [f"webhook: {one.message}" for one in _EVENT_VALIDATOR.iter_errors(content)]
