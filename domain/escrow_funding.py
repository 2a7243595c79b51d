"""Funding a milestone: how much is held for it, with which taxes and fee, and where that leaves the milestone."""

from dataclasses import dataclass
from datetime import datetime

from domain.actors import Actor
from domain.escrow_holds import EscrowHold, HoldStatus
from domain.escrow_invoices import frozen_rates, gross_minor
from domain.fees import FeeTerms, fee_share
from domain.ids import new_id
from domain.invoice_drafts import TaxTypes
from domain.milestones import OPEN_STATES, FundingStatus, Milestone
from domain.organizations import Organization, OrganizationStatus
from domain.projects import NOT_ENDED, Project
from domain.refusals import Refused, wrong_state

_F = FundingStatus
FUNDING_OF = {
    HoldStatus.PENDING: _F.FUNDING,
    HoldStatus.HELD: _F.FUNDED,
    HoldStatus.PARTIALLY_RELEASED: _F.PARTIALLY_RELEASED,
    HoldStatus.RELEASED: _F.RELEASED,
    HoldStatus.REFUNDED: _F.REFUNDED,
    HoldStatus.FAILED: _F.UNFUNDED,
    HoldStatus.CANCELED: _F.UNFUNDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What is gone of a milestone's newest hold because the freelancer gave it back or the payer's bank took it."""

    hold: EscrowHold
    amount_minor: int
    agreed_minor: int
    """What it stands for of the milestone's amount before taxes."""


@dataclass(eq=False, slots=True, kw_only=True)
class Holding:
    """A hold with the project and the milestone that it is for, locked in this order."""

    project: Project
    milestone: Milestone
    hold: EscrowHold

    def follow(self) -> None:
        """The milestone's funding status says where the hold is."""
        self.milestone.funding_status = FUNDING_OF[self.hold.status]

    def begin(self, *, by: Actor, at: datetime) -> None:
        """Money is on its way into it."""
        self.hold.born(HoldStatus.PENDING, action="fundMilestone", by=by, at=at)
        self.hold.record("created", by=by, at=at)
        self.follow()

    def fund(self, *, by: Actor, at: datetime) -> None:
        self.hold.fund(by=by, at=at)
        self.follow()

    def end_unfunded(self, action: str, *, at: datetime) -> None:
        self.hold.end_unfunded(action, at=at)
        self.follow()

    def can_be_funded_late(self) -> bool:
        """Whether money for a hold that has ended already can still be held: nothing else has taken its place."""
        unfunded = self.milestone.funding_status in (_F.UNFUNDED, _F.REFUNDED)
        is_open = self.milestone.status in OPEN_STATES and not self.milestone.is_frozen
        return self.project.status in NOT_ENDED and is_open and unfunded


def check_funding(project: Project, milestone: Milestone, *sides: Organization, by: Actor) -> None:
    """Refuses what cannot be funded: another mode, an ended project or milestone, a live hold, a closed side."""
    milestone.check("fundMilestone", by=by)
    if project.status not in NOT_ENDED:
        allowed = [state.name for state in NOT_ENDED]
        message = f"Money is held for running projects; this one is {project.status.name}."
        raise wrong_state(message, from_state=project.status.name, allowed=allowed)
    require_active(*sides)


def require_active(*organizations: Organization) -> None:
    """Refuses WRONG_STATE unless all of them may act."""
    for one in organizations:
        if one.status is not OrganizationStatus.ACTIVE:
            raise _inactive(one)


def hold_for(milestone: Milestone, tax_types: TaxTypes, terms: FeeTerms, *, from_wallet: bool) -> EscrowHold:
    """All that the milestone's invoice will come to, with the taxes and the fee of this moment."""
    agreed = milestone.amount
    return _hold(
        milestone,
        agreed_minor=agreed.amount_minor,
        amount_minor=gross_minor(agreed, tax_types),
        tax_rates=frozen_rates(tax_types),
        terms=terms,
        fee_minor=terms.fee_of(agreed.amount_minor),
        from_wallet=from_wallet,
    )


def require_missing(milestone: Milestone, missing: Missing | None) -> None:
    """Refuses WRONG_STATE for a milestone that is paid in advance, unless a bank has taken some of that before."""
    if milestone.funding_status is _F.RELEASED and missing is None:
        raise wrong_state("It is paid in advance already.", from_state=_F.RELEASED.name)


def hold_again(milestone: Milestone, missing: Missing, *, from_wallet: bool) -> EscrowHold:
    """The same rest that is missing, on the terms of the earlier hold: a part of that was paid in advance already."""
    earlier, released = missing.hold, missing.hold.released_minor
    terms = FeeTerms(policy_id=earlier.fee_policy_id, bps=earlier.fee_bps, flat_minor=earlier.fee_flat_minor)
    return _hold(
        milestone,
        agreed_minor=missing.agreed_minor,
        amount_minor=missing.amount_minor,
        tax_rates=earlier.tax_rates,
        terms=terms,
        fee_minor=fee_share(earlier.fee_minor, earlier.amount_minor, released, released + missing.amount_minor),
        from_wallet=from_wallet,
    )


def _hold(
    milestone: Milestone,
    *,
    agreed_minor: int,
    amount_minor: int,
    tax_rates: list[dict[str, object]],
    terms: FeeTerms,
    fee_minor: int,
    from_wallet: bool,
) -> EscrowHold:
    return EscrowHold(
        id=new_id(),
        project_id=milestone.project_id,
        milestone_id=milestone.id,
        client_organization_id=milestone.client_organization_id,
        freelancer_organization_id=milestone.freelancer_organization_id,
        currency=milestone.currency,
        agreed_minor=agreed_minor,
        amount_minor=amount_minor,
        tax_rates=tax_rates,
        fee_policy_id=terms.policy_id,
        fee_bps=terms.bps,
        fee_flat_minor=terms.flat_minor,
        fee_minor=fee_minor,
        net_minor=amount_minor - fee_minor,
        remaining_minor=amount_minor,
        from_wallet=from_wallet,
    )


def _inactive(one: Organization) -> Refused:
    active = OrganizationStatus.ACTIVE.name
    return wrong_state(f"{one.name} is not active.", from_state=one.status.name, allowed=[active])
