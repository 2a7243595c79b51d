"""Summaries of escrow: what an organization has in holds, as a client or as a freelancer, by currency."""

from dataclasses import dataclass

from domain.amounts import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowSummary:
    """All holds of one currency."""

    currency: str
    held_minor: int
    pending_net_minor: int
    released_minor: int
    refunded_minor: int

    held, pending_net = Amount("held_minor"), Amount("pending_net_minor")
    released, refunded = Amount("released_minor"), Amount("refunded_minor")
