"""What Adyen's notices of one payment, in whatever order they came, say together of where it stands."""

from collections.abc import Sequence
from datetime import timedelta

from domain.money import Money
from integrations.adyen_payments import refusals
from integrations.adyen_payments.amounts import from_adyen
from integrations.adyen_payments.references import reference_of
from integrations.adyen_payments.webhooks import Notice
from integrations.decline_codes import DeclineCode
from integrations.payments import Asked, Authorized, Charged, Declined, NoAnswer, Voided

_CANCELED = ("CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE")

_TELLS_WITHIN = timedelta(hours=48)
"""After longer silence it is no more believed that an outcome is on its way."""

Standing = Charged | Authorized | Voided | Declined | NoAnswer


def standing(notices: Sequence[Notice]) -> Standing | None:
    """The last step that is proved; None while none is. A payment never steps back in this order."""
    if failed := _first(notices, "CAPTURE_FAILED"):
        return Declined(code=DeclineCode.PROVIDER_REFUSED.name, provider_id=failed.payment)
    if captured := _first(notices, "CAPTURE", is_success=True):
        return taken(captured.payment, amount_of(captured))
    for event in _CANCELED:
        if canceled := _first(notices, event, is_success=True):
            return Voided(provider_id=canceled.payment)
    if authorised := _first(notices, "AUTHORISATION", is_success=True):
        reference = reference_of(authorised.reference)
        is_manual = reference is not None and reference.is_manual
        return taken(authorised.payment, amount_of(authorised), is_manual=is_manual)
    if refused := _first(notices, "AUTHORISATION", is_success=False):
        reference = reference_of(refused.reference)
        if reference is None or not reference.is_link:
            return Declined(code=refusals.of_payment(None, refused.reason), provider_id=refused.payment)
    return None


def taken(psp: str, amount: Money | None, *, is_manual: bool = False) -> Charged | Authorized | NoAnswer:
    """What an authorisation means: with automatic capture Adyen takes the money without being asked again."""
    if amount is None:
        return NoAnswer(reason="an amount that is finer than our smallest unit")
    return (Authorized if is_manual else Charged)(provider_id=psp, amount=amount)


def is_overdue(asked: Asked) -> bool:
    """Whether Adyen should have told by now of what it has taken on."""
    return asked.sent_at is not None and asked.at - asked.sent_at > _TELLS_WITHIN


def amount_of(notice: Notice) -> Money | None:
    return from_adyen(notice.value, notice.currency)


def _first(notices: Sequence[Notice], event: str, *, is_success: bool | None = None) -> Notice | None:
    fitting = (one for one in notices if one.event == event and is_success in (None, one.is_success))
    return next(fitting, None)
