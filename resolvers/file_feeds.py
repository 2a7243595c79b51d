"""The live feed of a file: what becomes of it."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain.files import File
from domain.permissions import Permission
from persistence.files import FILES
from planner.edges import One
from resolvers.context import Context
from resolvers.live import Update, activity

FILE, READERS = One(FILES, "object_id"), (Permission.FILES_WRITE,)


async def file_status_changed(context: Context, file_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to a file that the viewer may see."""
    return await activity(context, FILE, file_id, "file", after, needs=READERS, subject_type=File.SUBJECT)
