"""The addresses to which a payer's browser comes back: each holds a proof that only we can have made."""

import base64
import hmac
from dataclasses import dataclass
from uuid import UUID

from integrations.vault import vault_in_use

_OWNER = b"return page"
BACK = "back"
"""In the address: the browser comes from a provider."""


@dataclass(slots=True)
class _Process:
    address: str = "http://127.0.0.1:8000"


_process = _Process()


def use_address(address: str) -> None:
    """Says once, where a process starts, at which address the platform is reached."""
    _process.address = address


def address_in_use() -> str:
    """Where the platform is reached; a machine's own address where nobody has said."""
    return _process.address


def page_of(payment_id: UUID) -> str:
    """Our own page for a payment. It cannot be guessed, and shows no more than how far the payment is."""
    return f"{_process.address}/pay/return/{payment_id.hex}?proof={_proofs(payment_id)[0]}"


def checkout_page_of(sale_id: UUID) -> str:
    """Our own page of a sale: it sends its buyer on to pay, and says what became of it."""
    return f"{_process.address}/checkout/{sale_id.hex}?proof={_proofs(sale_id)[0]}"


def back_at_checkout(sale_id: UUID) -> str:
    """The same page for a browser that a provider sends back."""
    return f"{checkout_page_of(sale_id)}&{BACK}=1"


def portal_page_of(secret: str) -> str:
    """Our page of what an organization is billed for; the secret is the way in."""
    return f"{_process.address}/portal?secret={secret}"


def is_proof(id_: UUID, proof: str) -> bool:
    return any(hmac.compare_digest(one.encode(), proof.encode()) for one in _proofs(id_))


def _proofs(id_: UUID) -> list[str]:
    """One for each key of the vault, the newest first: an old page stays good when the key is followed by another."""
    made = vault_in_use().fingerprints(id_.hex, _OWNER)
    return [base64.urlsafe_b64encode(one[:18]).decode() for one in made]
