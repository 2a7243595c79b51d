"""Who may release held money or give it back by hand, and how much of it."""

from domain.actors import Actor
from domain.checks import Checks
from domain.escrow_funding import require_active
from domain.escrow_holds import EscrowHold
from domain.escrow_invoices import HeldPart
from domain.milestones import OPEN_STATES, Milestone
from domain.money import Money
from domain.organizations import Organization
from domain.projects import RUNNING, Project
from domain.refusals import wrong_state


def check_release(project: Project, *sides: Organization) -> None:
    """The client pays in advance, while the project runs."""
    if project.status not in RUNNING:
        message = f"Money is released in advance while the project runs; this one is {project.status.name}."
        raise wrong_state(message, from_state=project.status.name, allowed=[state.name for state in RUNNING])
    require_active(*sides)


def check_return(milestone: Milestone, hold: EscrowHold, *sides: Organization, by: Actor) -> None:
    """The freelancer gives back what is left, of work that is not approved."""
    hold.check("refundEscrow", by=by)
    if milestone.status not in OPEN_STATES:
        message = "The milestone is approved: what is held pays for it."
        raise wrong_state(message, from_state=milestone.status.name, allowed=[state.name for state in OPEN_STATES])
    require_active(*sides)


def require_cover(part: HeldPart) -> None:
    """Refuses WRONG_STATE while held money and paid advances are less than what is left to bill of the milestone.

    Only a bank makes them less. What it took of the hold is funded anew once the rest is released; what it took of an
    advance is due again.
    """
    covered = part.hold.agreed_for(part.due_minor) + sum(advance.agreed_minor or 0 for advance in part.advances)
    if covered < part.agreed_minor:
        message = (
            "The payer's bank has taken back some of the milestone's money. Its client pays the advance that is due"
            " again, or releases what is still held and funds the rest with fundMilestone."
        )
        raise wrong_state(message, from_state="UNDERFUNDED", allowed=["FUNDED"])


def amount_to_release(hold: EscrowHold, amount: Money | None) -> int:
    """The chosen part in minor units, or all that is left; refuses INVALID unless 1 <= amount <= remaining."""
    if amount is None:
        return hold.remaining_minor
    checks = Checks()
    checks.money("amount", amount, currency=hold.currency)
    fits = amount.amount_minor <= hold.remaining_minor
    checks.require(fits, f"At most {hold.remaining_minor} is held.", "amount", "amountMinor")
    checks.refuse()
    return amount.amount_minor
