"""Files as clients announce, see and fetch them; their bytes go past GraphQL."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import ID

from domain import files as domain
from domain.files import ALLOWED, FilePurpose, FileStatus
from resolvers import files as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.api_keys import ApiKey
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import an_id, optional, value
from schema.mutations import IdOf, mutation
from schema.nodes import by_id
from schema.organizations import Organization
from schema.scalars import URL, Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User


def _limits(purpose: FilePurpose) -> str:
    allowed = ALLOWED[purpose]
    return f"At most {allowed.most_bytes // domain.MEGABYTE} MB: {', '.join(sorted(allowed.types))}."


describe(
    FilePurpose,
    "What a file is for: that says how large it may be and of which type.",
    AVATAR=f"A picture of somebody. {_limits(FilePurpose.AVATAR)}",
    ATTACHMENT=f"Goes along with a text. {_limits(FilePurpose.ATTACHMENT)}",
    EVIDENCE=f"Shows what somebody says in a dispute. {_limits(FilePurpose.EVIDENCE)}",
    IMPORT=f"Records from elsewhere. {_limits(FilePurpose.IMPORT)}",
    DELIVERABLE=f"Work that is handed over. {_limits(FilePurpose.DELIVERABLE)}",
)
describe(
    FileStatus,
    "The life of a file.",
    PENDING="Announced; its bytes are expected for an hour.",
    SCANNING="Its bytes are as announced and are looked at.",
    CLEAN="It can be attached and fetched.",
    INFECTED="Something was found in it: nobody gets it any more.",
    REJECTED="Its bytes are not what was announced; scanResult says why.",
    EXPIRED="Its bytes did not come in time.",
)


@shows(
    domain.File,
    "Something that was uploaded. Whoever uploaded it sees it always; others once it is CLEAN and attached to something"
    " that they may see.",
)
class File(Stateful):
    status: FileStatus = plain("Where it stands.")
    purpose: FilePurpose = plain("What it is for.")
    name: str = plain("What it is called, for people.")
    content_type: str = plain("Its type, as announced; once CLEAN its content is of that type.")
    size: Int64 = plain("How many bytes it has.")
    sha256: str = plain("The SHA-256 of its content in hex.")
    scan_result: str | None = plain("REJECTED: why. INFECTED: the name of what was found.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose it is.", required=True)
    uploaded_by: User | None = one(resolve.UPLOADED_BY, User, "Who uploaded it, for those who may know them.")
    uploaded_with: ApiKey | None = one(
        resolve.UPLOADED_WITH, ApiKey, "The key that a program uploaded it with, for those who may see it."
    )


@shows(resolve.UploadHeader, "A header of the request that brings the bytes.")
class UploadHeader:
    name: str = plain("Its name.")
    value: str = plain("Its value.")


@strawberry.input(description="Conditions on files; all given ones must hold.")
class FileFilter:
    purpose: list[FilePurpose] | None = optional(list[FilePurpose], "For one of these purposes.")
    status: list[FileStatus] | None = optional(list[FileStatus], "In one of these states.")
    is_attached: bool | None = optional(bool, "Whether they are attached to something.")


FileOrder = order_input(resolve.LIST, "FileOrder")

_FileId = Annotated[ID, strawberry.argument(description="The id of a File.", name="fileId")]
_FILE = {"file": (File, "The file as it is now.")}
_ONE = {"file_id": an_id("File", "A file that you have uploaded.")}


@strawberry.type
class FileQueries:
    file: File | None = by_id("File", File, "A file by its id.")
    files = connection(
        resolve.LIST,
        File,
        "The files of your organization that you may see, newest first: those you have uploaded, and those attached to"
        " what you may see. Needs files:write.",
        filter=FileFilter,
        order=FileOrder,
        needs=resolve.KEEPERS,
    )

    @asks(
        Needs.VERIFIED,
        "An address that gives a file's bytes by GET, without any header, for 5 minutes; null before the file is CLEAN,"
        " and where you may not see it. Browsers save what is there under its name; only images are shown in place.",
    )
    async def download_url(self, info: strawberry.Info[Context, None], file_id: _FileId) -> URL | None:
        url = await resolve.download_url(info.context, read_id(file_id, "File", "fileId"))
        return None if url is None else URL(url)


@strawberry.type
class FileMutations:
    create_upload = mutation(
        resolve.create_upload,
        "Announces a file and gives an address to send its bytes to by PUT, with these headers. Then call"
        " completeUpload. INVALID names what the purpose does not allow; LIMIT_REACHED, in megabytes, where your"
        " organization would keep more than it may.",
        needs=resolve.KEEPERS,
        takes={
            "purpose": value(FilePurpose, "What it is for."),
            "name": value(str, "What it is called, 1 to 255 characters on one line."),
            "content_type": value(str, "Its type, for example application/pdf: one that the purpose allows."),
            "size": value(Int64, "How many bytes it has, exactly."),
            "sha256": value(str, "The SHA-256 of its content: 64 hex digits in lower case."),
        },
        gives={
            **_FILE,
            "url": (URL, "Where to send the bytes. Whoever has it can send them: keep it to yourself."),
            "headers": (list[UploadHeader], "What to send along."),
            "expires_at": (datetime, "Until when the address takes them: 15 minutes from now."),
        },
        prepare=resolve.promise_place,
        secret=True,
    )
    complete_upload = mutation(
        resolve.complete_upload,
        "Says that all bytes are sent. The file is SCANNING then, or REJECTED where they are not those that were"
        " announced. WRONG_STATE where nothing has arrived; PROVIDER_UNAVAILABLE while the store is away.",
        needs=resolve.KEEPERS,
        takes=_ONE,
        gives=_FILE,
        prepare=resolve.look_at_upload,
    )
    delete_file = mutation(
        resolve.delete_file,
        "Removes a file that you have uploaded, with its bytes. WRONG_STATE once it is attached, and while it is in"
        " quarantine.",
        needs=resolve.KEEPERS,
        takes=_ONE,
        gives={"deleted_file_id": (IdOf("File"), "The id it had.")},
    )
