"""Staff: who belongs to the platform, and as what."""

from uuid import UUID

from domain.memberships import join_staff
from domain.permissions import StaffRole
from domain.refusals import not_found, wrong_state
from domain.users import UserStatus
from persistence import memberships, organizations, users
from persistence.unit import Unit
from resolvers.mutations import Changed


async def set_staff_role(db: Unit, *, user_id: UUID, staff_role: StaffRole | None) -> Changed:
    platform = await organizations.platform(db)
    user = await users.for_moderation(db, user_id)
    membership, admins = await memberships.of_staff(db, platform.id, user.id)
    if membership is not None:
        membership.set_staff_role(staff_role, admins=admins, by=db.by, at=db.at)
        return Changed(membership=membership)
    if staff_role is None:
        raise not_found("member of the staff", "userId")
    if user.status is not UserStatus.ACTIVE:
        allowed = [UserStatus.ACTIVE.name]
        raise wrong_state("Only active people join the staff.", from_state=user.status.name, allowed=allowed)
    membership = join_staff(user.id, platform.id, staff_role, by=db.by, at=db.at)
    db.add(membership)
    return Changed(membership=membership)
