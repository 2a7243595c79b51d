"""Makers of files: announced, sent, scanned."""

from dataclasses import dataclass
from hashlib import sha256

from tests.makers.projects import make_active_project
from tests.world import Person, World

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of sorts"
PDF = b"%PDF-1.7\n" + b"what was agreed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was announced, and where its bytes are to be sent."""

    id: str
    url: str
    headers: dict[str, str]


def announced(content: bytes, **changed: object) -> dict[str, object]:
    """The input of createUpload for this content."""
    said = {"purpose": "DELIVERABLE", "name": "plan.pdf", "contentType": "application/pdf"}
    return {**said, "size": str(len(content)), "sha256": sha256(content).hexdigest(), **changed}


async def announce(person: Person, content: bytes, **changed: object) -> Upload:
    made = await person.do("createUpload", "file { id } url headers { name value }", **announced(content, **changed))
    headers = {one["name"]: one["value"] for one in made["headers"]}
    return Upload(made["file"]["id"], made["url"], headers)


async def sent(person: Person, content: bytes = PDF, **changed: object) -> Upload:
    """Its bytes have arrived, and nobody was told so."""
    upload = await announce(person, content, **changed)
    answer = await person.world.client.http.put(upload.url, content=content, headers=upload.headers)
    assert answer.status_code == 200, answer.text
    return upload


async def make_file(person: Person, content: bytes = PDF, **changed: object) -> str:
    """One that was scanned; its id."""
    upload = await sent(person, content, **changed)
    await person.do("completeUpload", "file { status }", fileId=upload.id)
    await person.world.settle()
    return upload.id


async def status_of(person: Person, file_id: str) -> str | None:
    """As the person sees it; None where they do not."""
    found = (await person.ask("query($id: ID!) { file(id: $id) { status } }", id=file_id))["file"]
    return None if found is None else str(found["status"])


async def download_url(person: Person, file_id: str) -> str | None:
    url: str | None = (await person.ask("query($id: ID!) { downloadUrl(fileId: $id) }", id=file_id))["downloadUrl"]
    return url


async def make_handed_over(world: World, client: Person, freelancer: Person) -> None:
    """A delivery with a file, and a file of the client that is attached to nothing."""
    made = await make_active_project(world, client=client, freelancer=freelancer)
    handed_over = await make_file(freelancer)
    await freelancer.do("submitTask", "task { status }", taskId=made.task, fileIds=[handed_over])
    await make_file(client)


def kept(world: World) -> list[str]:
    """The names of what lies in the store."""
    folder = world.mail_folder.with_name("files")
    return sorted(one.name for one in folder.rglob("*") if one.is_file())
