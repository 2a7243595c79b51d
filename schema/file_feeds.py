"""The live feed of a file."""

import strawberry

from resolvers import file_feeds as resolve
from resolvers.live import Update
from schema.connections import one
from schema.feeds import LiveMessage, object_feed
from schema.files import File
from schema.shapes import shows


@shows(Update, "A message of a file's feed.")
class FileUpdate(LiveMessage):
    file: File | None = one(resolve.FILE, File, "The file as you may see it now; null once you may not.")


@strawberry.type
class FileFeeds:
    file_status_changed = object_feed(
        resolve.file_status_changed,
        "File",
        FileUpdate,
        "What becomes of a file: uploaded, scanned, expired, deleted.",
        needs=resolve.READERS,
    )
