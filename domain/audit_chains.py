"""Going along a chain of the audit log, entry by entry, so that any length of it can be checked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.audit_entries import BEGINNING, KEPT_FOR, ChainedEntry


@dataclass(frozen=True, slots=True)
class AuditChain:
    """Where a chain ends, as it is kept beside the entries."""

    id: UUID
    seq: int
    hash: bytes


def line_of(chain: AuditChain) -> str:
    """The end of a chain as a line of the archive."""
    return f"{chain.id} {chain.seq} {chain.hash.hex()}\n"


def chain_of(line: str) -> AuditChain:
    id_, seq, hash_ = line.split()
    return AuditChain(UUID(id_), int(seq), bytes.fromhex(hash_))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerification:
    """What recomputing a chain came to."""

    entry_count: int
    first_broken_seq: int | None
    head_hash: str | None

    @property
    def is_intact(self) -> bool:
        return self.first_broken_seq is None


@dataclass(slots=True)
class ChainCheck:
    """How far a chain was found as it was written; `hash` is that of the last sound entry."""

    now: datetime
    seq: int = 0
    hash: bytes = BEGINNING

    def follows(self, entry: ChainedEntry) -> bool:
        """Whether this is the next entry; once one is not, nothing behind it proves anything."""
        is_next = entry.seq == self.seq + 1 and entry.prev_hash == self.hash
        is_whole = entry.change is not None or entry.at < self.now - KEPT_FOR
        if not is_next or not is_whole or not entry.is_sound():
            return False
        self.seq, self.hash = entry.seq, entry.hash
        return True

    def ended(self, chain: AuditChain | None, *, is_broken: bool = False) -> AuditVerification:
        """The verdict, once an entry did not follow or there is none left: then the chain must end here."""
        is_at_end = (chain.seq, chain.hash) == (self.seq, self.hash) if chain is not None else self.seq == 0
        return AuditVerification(
            entry_count=self.seq,
            first_broken_seq=None if is_at_end and not is_broken else self.seq + 1,
            head_hash=self.hash.hex() if self.seq else None,
        )
