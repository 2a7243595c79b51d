"""Signed addresses of files that this server takes and gives itself: what they allow stands in them, until when too."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from integrations.vault import Vault

PATH = "/files"
_OWNER = b"signed address of a file:"
_MARK = "&signature="


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Made with the newest key of the vault, and good with any: changing keys breaks none."""

    vault: Vault
    address: str
    """Where this server is reached."""

    def made(self, method: str, key: str, until: datetime, **fields: str) -> str:
        query = urlencode({"until": str(int(until.timestamp())), **fields})
        signature = self._signatures(method, key, query)[0]
        return f"{self.address}{PATH}/{key}?{query}{_MARK}{signature}"

    def read(self, method: str, key: str, query: str, now: datetime) -> dict[str, str] | None:
        """What a signed query says; None where it was changed, is for something else, or its time is over."""
        signed, _, given = query.rpartition(_MARK)
        signatures = self._signatures(method, key, signed)
        if not any(hmac.compare_digest(given.encode(), one.encode()) for one in signatures):
            return None
        fields = dict(parse_qsl(signed))
        return fields if now.timestamp() < int(fields["until"]) else None

    def _signatures(self, method: str, key: str, query: str) -> list[str]:
        return [one.hex() for one in self.vault.fingerprints(f"{method} {key} {query}", _OWNER)]
