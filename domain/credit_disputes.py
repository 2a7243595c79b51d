"""Credit disputes: an organization says that credits were used up wrongly, staff decide, and it may appeal once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor, ActorKind
from domain.checks import Checks
from domain.files import File, FilePurpose, require_attachable
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, forbidden, invalid, wrong_state
from domain.states import Move, Side, Stateful

OPEN_FOR = timedelta(days=30)
APPEAL_FOR = timedelta(days=14)
ANSWERED_IN = timedelta(hours=48)
MOST_TEXT, MOST_EVIDENCE = 5_000, 20


class CreditDisputeStatus(Enum):
    """The life of a credit dispute."""

    PENDING = "PENDING"
    UNDER_REVIEW = "UNDER_REVIEW"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    APPEALED = "APPEALED"
    WITHDRAWN = "WITHDRAWN"


class CreditDisputeOutcome(Enum):
    """What a resolution gives."""

    FULL_REFUND = "FULL_REFUND"
    PARTIAL_REFUND = "PARTIAL_REFUND"
    EXPLANATION = "EXPLANATION"


_S, _O = CreditDisputeStatus, CreditDisputeOutcome
_MANAGE, _STAFF = Permission.CREDITS_MANAGE, Permission.STAFF_CREDITS
UNDECIDED = (_S.PENDING, _S.UNDER_REVIEW, _S.APPEALED)
_DECIDES = ("resolveCreditDispute", "rejectCreditDispute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """The use of credits that a dispute is about: whose, how many, when for good, and what of it was given back."""

    transaction_id: UUID
    organization_id: UUID
    spent: int
    refunded: int
    posted_at: datetime

    @property
    def left(self) -> int:
        """How many can still be given back."""
        return self.spent - self.refunded


@dataclass(eq=False, kw_only=True)
class CreditDispute(Stateful):
    """One undecided for each use of credits. Whoever has decided first does not decide on the appeal."""

    SUBJECT: ClassVar[str] = "credit_dispute"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("withdrawCreditDispute", (_S.PENDING,), _S.WITHDRAWN, Side.OWNER, _MANAGE),
        Move("appealCreditDispute", (_S.RESOLVED, _S.REJECTED), _S.APPEALED, Side.OWNER, _MANAGE),
        Move("addCreditDisputeEvidence", UNDECIDED, None, Side.OWNER, _MANAGE),
        Move("takeCreditDispute", (_S.PENDING, _S.APPEALED), _S.UNDER_REVIEW, Side.STAFF, _STAFF),
        Move("resolveCreditDispute", (_S.UNDER_REVIEW,), _S.RESOLVED, Side.STAFF, _STAFF),
        Move("rejectCreditDispute", (_S.UNDER_REVIEW,), _S.REJECTED, Side.STAFF, _STAFF),
        Move("escalateCreditDispute", UNDECIDED, None, Side.SYSTEM),
    )

    id: UUID
    transaction_id: UUID
    organization_id: UUID
    reason: str
    description: str
    requested: int
    opened_by_id: UUID | None
    response_due_at: datetime
    level: int = 1
    is_overdue: bool = False
    evidence_count: int = 0
    assignee_id: UUID | None = None
    outcome: CreditDisputeOutcome | None = None
    resolved_quantity: int | None = None
    """Given back so far, by both decisions together."""
    notes: str | None = None
    """What was said with the latest decision."""
    appeal: str | None = None
    decided_at: datetime | None = None
    first_decided_by_id: UUID | None = None
    status: CreditDisputeStatus = field(init=False)

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    def withdraw(self, *, by: Actor, at: datetime) -> None:
        self.move_to("withdrawCreditDispute", by=by, at=at)
        self.is_overdue = False
        self.record("withdrawn", by=by, at=at)

    def add_evidence(self, files: Sequence[File], *, by: Actor, at: datetime) -> None:
        """Files that show what is said; they stay with it."""
        self.check("addCreditDisputeEvidence", by=by)
        checks = Checks()
        checks.count("fileIds", files, least=1, most=MOST_EVIDENCE)
        checks.refuse()
        require_attachable(files, FilePurpose.EVIDENCE)
        if self.evidence_count + len(files) > MOST_EVIDENCE:
            message = f"A dispute has at most {MOST_EVIDENCE} files; this one has {self.evidence_count} already."
            raise Refused(RefusalCode.LIMIT_REACHED, message, used=self.evidence_count, limit=MOST_EVIDENCE)
        self.evidence_count += len(files)
        for file in files:
            file.attach(credit_dispute_id=self.id)
        self.record("evidence_added", by=by, at=at, data={"files": len(files)})

    def take(self, *, by: Actor, at: datetime) -> None:
        """A member of the staff looks into it, and is the one who decides."""
        if self._has_decided_first(by):
            raise forbidden("You have decided this first: on the appeal somebody else has to.")
        self.move_to("takeCreditDispute", by=by, at=at)
        self.assignee_id = by.user_id
        self.record("taken", by=by, at=at)

    def resolve(
        self, outcome: CreditDisputeOutcome, quantity: int | None, notes: str, *, left: int, by: Actor, at: datetime
    ) -> int:
        """Decides in favour; how many credits are to be given back. `left` is what was not given back before."""
        self._require_assignee("resolveCreditDispute", by)
        before = self.resolved_quantity or 0
        given = _given(outcome, quantity, most=min(self.requested - before, left))
        self._decide("resolveCreditDispute", notes, by=by, at=at)
        self.outcome, self.resolved_quantity = outcome, before + given
        self.record("resolved", by=by, at=at, data={"outcome": outcome.value, "quantity": given})
        return given

    def reject(self, reason: str, *, by: Actor, at: datetime) -> None:
        self._require_assignee("rejectCreditDispute", by)
        self._decide("rejectCreditDispute", reason, by=by, at=at)
        self.outcome = None
        self.record("rejected", by=by, at=at)

    def appeal_against(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Asks for another decision, by another person, within 14 days of the first."""
        self.check("appealCreditDispute", by=by)
        until = self.decided_at + APPEAL_FOR if self.decided_at is not None else at
        if at > until:
            raise wrong_state(f"An appeal was possible until {until:%Y-%m-%d %H:%M} UTC.", from_state=self.status.name)
        self.appeal = _said("reason", reason, least=10)
        self.move_to("appealCreditDispute", by=by, at=at)
        self.level, self.assignee_id, self.is_overdue = 2, None, False
        self.response_due_at = at + ANSWERED_IN
        self.record("appealed", by=by, at=at)

    def escalate(self, staff_organization_id: UUID | None, *, at: datetime) -> None:
        """Nobody has decided in time: whoever leads the staff is told. Nothing is decided by that."""
        self.check("escalateCreditDispute", by=SYSTEM)
        self.is_overdue = True
        told = [one for one in (self.organization_id, staff_organization_id) if one is not None]
        self.record("overdue", by=SYSTEM, at=at, to=told)

    def blocked(self, action: str) -> Refused | None:
        """There is one appeal, and none against getting all that was asked for."""
        if action != "appealCreditDispute":
            return None
        if self.level == 2:
            return wrong_state("It was decided on appeal: that is final.", from_state=self.status.name)
        if self.outcome is _O.FULL_REFUND:
            return wrong_state("All that you asked for was given back.", from_state=self.status.name)
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.transaction_id]

    def _may(self, by: Actor, move: Move) -> bool:
        """Only who has taken it decides, and who has decided first does not take the appeal."""
        if by.kind is not ActorKind.SYSTEM:
            if move.action in _DECIDES and by.user_id != self.assignee_id:
                return False
            if move.action == "takeCreditDispute" and self._has_decided_first(by):
                return False
        return super()._may(by, move)

    def _has_decided_first(self, by: Actor) -> bool:
        return by.user_id is not None and by.user_id == self.first_decided_by_id

    def _require_assignee(self, action: str, by: Actor) -> None:
        if self.status is _S.UNDER_REVIEW and by.user_id != self.assignee_id:
            raise forbidden("Somebody else has taken this dispute: they decide.")
        self.check(action, by=by)

    def _decide(self, action: str, notes: str, *, by: Actor, at: datetime) -> None:
        self.notes = _said("reason" if action == "rejectCreditDispute" else "notes", notes, least=1)
        self.move_to(action, by=by, at=at)
        self.decided_at, self.is_overdue = at, False
        if self.level == 1:
            self.first_decided_by_id = by.user_id


def open_dispute(
    disputed: Disputed, reason: str, description: str, requested: int, *, by: Actor, at: datetime
) -> CreditDispute:
    """Refuses WRONG_STATE more than 30 days after the credits were used up, INVALID more than is left to give back."""
    until = disputed.posted_at + OPEN_FOR
    if at > until:
        message = f"A dispute was possible until {until:%Y-%m-%d %H:%M} UTC, 30 days after the credits were used up."
        raise wrong_state(message, from_state="POSTED")
    checks = Checks()
    checks.text("reason", reason, least=1, most=255)
    checks.text("description", description, least=10, most=MOST_TEXT)
    if disputed.left < 1:
        checks.require(False, "All of these credits were given back already.", "transactionId")
    else:
        checks.whole("requested", requested, least=1, most=disputed.left)
    checks.refuse()
    dispute = CreditDispute(
        id=new_id(),
        transaction_id=disputed.transaction_id,
        organization_id=disputed.organization_id,
        reason=reason.strip(),
        description=description.strip(),
        requested=requested,
        opened_by_id=by.user_id,
        response_due_at=at + ANSWERED_IN,
    )
    dispute.born(_S.PENDING, action="openCreditDispute", by=by, at=at)
    dispute.record("opened", by=by, at=at, data={"requested": requested})
    return dispute


def _given(outcome: CreditDisputeOutcome, quantity: int | None, *, most: int) -> int:
    """How many credits an outcome gives back, where `most` can be; refuses INVALID what does not fit the outcome."""
    if outcome is _O.EXPLANATION:
        if quantity not in (None, 0):
            raise invalid("An EXPLANATION gives nothing back: leave the quantity out.", "quantity")
        return 0
    if most < 1:
        raise invalid("Nothing is left to give back: choose EXPLANATION.", "outcome")
    if outcome is _O.FULL_REFUND:
        if quantity not in (None, most):
            raise invalid(f"A FULL_REFUND gives back {most}: leave the quantity out.", "quantity")
        return most
    if quantity is None or not 1 <= quantity <= most:
        raise invalid(f"Give a whole number from 1 to {most}.", "quantity")
    return quantity


def _said(name: str, text: str, *, least: int) -> str:
    checks = Checks()
    checks.text(name, text, least=least, most=MOST_TEXT)
    checks.refuse()
    return text.strip()
