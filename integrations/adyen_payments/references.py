"""How payments are called at Adyen: by our key, and by what must be known of them when their webhooks come.

A reference is among the fields that Adyen signs; most of what else a webhook says is not.
"""

from dataclasses import dataclass
from uuid import UUID

_LINK, _MANUAL = "-link", "-manual"
_KEY_LENGTH = 36
_WAITS_FOR_PAYER = "action:"


@dataclass(frozen=True, slots=True)
class Reference:
    """Of one payment. `is_link`: paid on Adyen's page, where more than one try may fail; `is_manual`: only reserved."""

    key: UUID
    is_link: bool = False
    is_manual: bool = False

    def __str__(self) -> str:
        return f"{self.key}{_LINK * self.is_link}{_MANUAL * self.is_manual}"


def reference_of(text: str) -> Reference | None:
    """The reference that this is; None where it is none of ours."""
    key = key_of(text)
    if key is None:
        return None
    made = (Reference(key, is_link, is_manual) for is_link in (False, True) for is_manual in (False, True))
    return next((one for one in made if str(one) == text), None)


def key_of(text: str) -> UUID | None:
    """Our key in a reference, of whatever kind."""
    try:
        key = UUID(text[:_KEY_LENGTH])
    except ValueError:
        return None
    return key if str(key) == text[:_KEY_LENGTH] else None


def waiting_for_payer(reference: Reference) -> str:
    """What stands for Adyen's id of a payment that has none yet, because its payer has to act first."""
    return f"{_WAITS_FOR_PAYER}{reference}"


def of_waiting(provider_id: str | None) -> Reference | None:
    """The payment behind such an id."""
    if provider_id is None or not provider_id.startswith(_WAITS_FOR_PAYER):
        return None
    return reference_of(provider_id.removeprefix(_WAITS_FOR_PAYER))


def is_link_id(provider_id: str | None) -> bool:
    """Whether it is the id of a page to pay on, not that of a payment."""
    return provider_id is not None and provider_id.startswith("PL")
