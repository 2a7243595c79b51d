"""Methods on file: attached to a customer of Stripe's, so that they can be charged again."""

from calendar import monthrange
from datetime import date
from uuid import UUID

from stripe import CardError, PaymentMethod, StripeError

from domain.payment_methods import MethodDetails, PaymentMethodKind
from integrations.decline_codes import DeclineCode
from integrations.payments import Adding, NoAnswer, Unusable
from integrations.stripe_payments.connection import ORGANIZATION, Connection
from integrations.stripe_payments.refusals import code_of, no_answer

_DEBITS = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account", "sepa_debit", "us_bank_account"})
_BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}


async def method_details(connection: Connection, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
    """Keeps the method for the organization's customer, which is made when it has none."""
    try:
        customer = adding.customer or await customer_of(connection, adding.organization_id)
        method = await connection.api.payment_methods.attach_async(adding.token, {"customer": customer})
    except CardError as error:
        decline_code = getattr(error.error, "decline_code", None)
        return Unusable(reason=DeclineCode[code_of(error.code, decline_code)].value)
    except StripeError as error:
        if error.http_status in (400, 404):
            return Unusable(reason="Stripe knows no such method, or it is kept for somebody else.")
        return no_answer(error)
    return _details_of(method, customer)


async def customer_of(connection: Connection, organization_id: UUID) -> str:
    """Made with the first question. Stripe learns our id of the organization, and nobody's name."""
    organization = str(organization_id)
    customer = await connection.api.customers.create_async(
        {"metadata": {ORGANIZATION: organization}}, {"idempotency_key": f"{organization}-customer"}
    )
    return customer.id


def _details_of(method: PaymentMethod, customer: str) -> MethodDetails:
    if method.type == "card" and method.card is not None:
        card = method.card
        return MethodDetails(
            token=method.id,
            kind=PaymentMethodKind.CARD,
            label=_BRANDS.get(card.brand, card.brand.capitalize()),
            last4=card.last4,
            expires_on=date(card.exp_year, card.exp_month, monthrange(card.exp_year, card.exp_month)[1]),
            customer=customer,
        )
    is_debit = method.type in _DEBITS
    debited = getattr(method, method.type, None)
    return MethodDetails(
        token=method.id,
        kind=PaymentMethodKind.BANK_ACCOUNT if is_debit else PaymentMethodKind.WALLET,
        label=method.type.replace("_", " ").capitalize(),
        last4=getattr(debited, "last4", None) or "",
        customer=customer,
    )
