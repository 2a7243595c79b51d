"""The trusted documents of a process: all that are in use, in memory, so that naming one costs no question."""

from domain.trusted_documents import hash_of
from persistence import trusted_documents
from persistence.database import Database


class NotTrusted(Exception):
    """A caller who may only ask trusted documents has sent another one."""

    def __init__(self) -> None:
        super().__init__(
            "Whoever has not signed in may only ask what a released client asks: this document is none of those."
        )


class TrustedDocuments:
    """Texts by their SHA-256 in hex, as they were stored when this process was last told of a change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_hash: dict[str, str] = {}
        self._texts: frozenset[str] = frozenset()

    async def reload(self) -> None:
        found = await trusted_documents.texts(self._database)
        # The same object for the same text: what is kept for a document elsewhere is found without comparing letters.
        self._by_hash = {
            hash_: self._by_hash.get(hash_, text) for hash_, text in ((hash_of(one), one) for one in found)
        }
        self._texts = frozenset(self._by_hash.values())

    def find(self, hash_: str) -> str | None:
        return self._by_hash.get(hash_)

    def __contains__(self, text: str) -> bool:
        return text in self._texts
