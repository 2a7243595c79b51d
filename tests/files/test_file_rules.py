"""Rules of files: what each purpose allows, what content shows, how a name travels."""

from datetime import UTC, datetime

import pytest

from domain.actors import Actor, ActorKind
from domain.file_names import disposition
from domain.file_types import is_really, type_of
from domain.files import ALLOWED, File, FilePurpose, FileStatus, expect, new_storage_key, require_attachable
from domain.ids import new_id
from domain.permissions import BY_ROLE, Role
from domain.refusals import RefusalCode, Refused

NOW, DIGEST = datetime(2026, 6, 15, 12, tzinfo=UTC), "0" * 64
OWNER = Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=new_id(), permissions=BY_ROLE[Role.OWNER])


def expected(purpose: FilePurpose = FilePurpose.DELIVERABLE, **changed: object) -> File:
    said = {"name": "plan.pdf", "content_type": "application/pdf", "size": 1_000, "sha256": DIGEST}
    room = {"used": 0, "limit": 1_000_000_000, "by": OWNER, "at": NOW, "storage_key": new_storage_key()}
    return expect(purpose, **{**said, **room, **changed})


@pytest.mark.parametrize(
    ("purpose", "most", "content_type"),
    [
        (FilePurpose.AVATAR, 5_000_000, "image/png"),
        (FilePurpose.ATTACHMENT, 25_000_000, "application/pdf"),
        (FilePurpose.EVIDENCE, 25_000_000, "application/pdf"),
        (FilePurpose.IMPORT, 50_000_000, "text/csv"),
        (FilePurpose.DELIVERABLE, 200_000_000, "video/mp4"),
    ],
)
def test_each_purpose_has_its_own_size(purpose: FilePurpose, most: int, content_type: str) -> None:
    assert expected(purpose, size=most, content_type=content_type).status is FileStatus.PENDING
    with pytest.raises(Refused) as refused:
        expected(purpose, size=most + 1, content_type=content_type)
    assert [one.path for one in refused.value.problems] == [("size",)]


def test_avatars_are_pictures_in_three_formats() -> None:
    assert ALLOWED[FilePurpose.AVATAR].types == {"image/png", "image/jpeg", "image/webp"}


def test_the_last_byte_of_the_limit_can_be_used_and_no_more() -> None:
    assert expected(used=500, limit=1_500).size == 1_000
    with pytest.raises(Refused) as refused:
        expected(used=501, limit=1_500)
    assert refused.value.code is RefusalCode.LIMIT_REACHED


@pytest.mark.parametrize("name", ["", " ", "a" * 256, "a\x00b", "a\r\nb"])
def test_a_name_is_one_line_of_at_most_255_characters(name: str) -> None:
    with pytest.raises(Refused) as refused:
        expected(name=name)
    assert {one.path for one in refused.value.problems} == {("name",)}


def test_nothing_of_a_name_is_in_the_storage_key() -> None:
    keys = {expected(name="../../etc/passwd").storage_key for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)


def test_only_clean_files_are_attached_and_each_once() -> None:
    file = expected()
    with pytest.raises(Refused) as refused:
        require_attachable([file], FilePurpose.DELIVERABLE)
    assert refused.value.refusal.from_state == "PENDING"
    file.status = FileStatus.CLEAN
    require_attachable([file], FilePurpose.DELIVERABLE)
    with pytest.raises(Refused) as refused:
        require_attachable([file], FilePurpose.EVIDENCE)
    assert refused.value.refusal.path == ("fileIds", "0")
    file.attach(submission_id=file.id)
    with pytest.raises(Refused) as refused:
        require_attachable([file], FilePurpose.DELIVERABLE)
    assert refused.value.refusal.from_state == "ATTACHED"


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0..JFIF", "image/jpeg"),
        (b"GIF89a......", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"%PDF-1.4", "application/pdf"),
        (b"PK\x03\x04....word/document.xml", "application/zip"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"MZ\x90\x00\x03", "application/octet-stream"),
        (b"\x7fELF\x02\x01", "application/octet-stream"),
        ("naïve, 1;2\r\n".encode("cp1252"), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
    ],
)
def test_a_type_is_read_from_how_content_begins(head: bytes, content_type: str) -> None:
    assert type_of(head) == content_type


def test_every_allowed_type_can_be_told_from_a_program() -> None:
    for purpose in FilePurpose:
        assert not [one for one in ALLOWED[purpose].types if is_really(one, b"MZ\x90\x00\x03\x00\x00\x00")]


def test_tables_are_text_and_office_documents_are_archives_as_far_as_their_beginning_tells() -> None:
    assert is_really("text/csv", b"a;b\r\n1;2")
    assert not is_really("text/csv", b"PK\x03\x04")
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert is_really(word, b"PK\x03\x04")
    assert not is_really(word, b"%PDF-1.4")


def test_a_picture_never_hides_a_page() -> None:
    assert not is_really("image/png", b"<html>\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("name", "content_type", "header"),
    [
        ("plan.pdf", "application/pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("me.png", "image/png", "inline; filename=\"me.png\"; filename*=UTF-8''me.png"),
        ("me.svg", "image/svg+xml", "attachment; filename=\"me.svg\"; filename*=UTF-8''me.svg"),
        (
            'a"; b=/\\.pdf',
            "application/pdf",
            "attachment; filename=\"a__ b___.pdf\"; filename*=UTF-8''a%22%3B%20b%3D%2F%5C.pdf",
        ),
        (
            "план.pdf",
            "application/pdf",
            "attachment; filename=\"____.pdf\"; filename*=UTF-8''%D0%BF%D0%BB%D0%B0%D0%BD.pdf",
        ),
    ],
)
def test_a_name_travels_in_a_header_whatever_is_in_it(name: str, content_type: str, header: str) -> None:
    assert disposition(name, content_type) == header
