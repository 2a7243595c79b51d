"""The addresses at which one click ends mail about a category: each holds a proof that only we can have made."""

import base64
import hmac
from uuid import UUID

from integrations.return_pages import address_in_use
from integrations.vault import vault_in_use

_OWNER = b"unsubscribe page"


def unsubscribe_page_of(user_id: UUID, what: str) -> str:
    """`what` is the name of a category, or of what is mailed once a day."""
    return f"{address_in_use()}/unsubscribe/{user_id.hex}/{what}?proof={_proofs(user_id, what)[0]}"


def may_unsubscribe(user_id: UUID, what: str, proof: str) -> bool:
    return any(hmac.compare_digest(one.encode(), proof.encode()) for one in _proofs(user_id, what))


def _proofs(user_id: UUID, what: str) -> list[str]:
    """One for each key of the vault, the newest first: mail is answered long after a key was followed by another."""
    made = vault_in_use().fingerprints(f"{user_id.hex}/{what}", _OWNER)
    return [base64.urlsafe_b64encode(one[:18]).decode() for one in made]
