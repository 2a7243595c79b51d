"""Which document a request means: the one it sends, or a trusted one that it names by its hash."""

from typing import Any

from graphql import GraphQLError

from domain.trusted_documents import hash_in, hash_of
from resolvers.trusted_documents import TrustedDocuments

_NEITHER = "Give documentId or the hash of extensions.persistedQuery as the SHA-256 of the document: 64 hex digits."


def text_of(documents: TrustedDocuments, query: Any, named: Any, extensions: Any) -> Any:
    """The text that a `documentId` or `extensions.persistedQuery` names, else the query as it is.

    A GraphQLError with its code where no trusted document has that hash, or where text and hash are of two documents.
    Nothing is learned from what is sent: only releases add documents.
    """
    by_protocol = named is None
    if by_protocol:
        named = _persisted(extensions)
    if named is None:
        return query
    hash_ = hash_in(named) if isinstance(named, str) else None
    if hash_ is None:
        raise _fault(_NEITHER, "BAD_USER_INPUT")
    text = documents.find(hash_)
    if query is None and text is None:
        raise _fault(_unknown(by_protocol=by_protocol), "PERSISTED_QUERY_NOT_FOUND")
    if query is not None and query != text and (not isinstance(query, str) or hash_of(query) != hash_):
        raise _fault("The hash is not that of the document beside it. Send one of them.", "BAD_USER_INPUT")
    return query if text is None else text


def _persisted(extensions: Any) -> Any:
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise _fault("extensions.persistedQuery is { version: 1, sha256Hash }.", "BAD_USER_INPUT")
    return persisted.get("sha256Hash", "")


def _unknown(*, by_protocol: bool) -> str:
    """Clients of extensions.persistedQuery look for this very word."""
    return "PersistedQueryNotFound" if by_protocol else "No trusted document has this id: its release may be retired."


def _fault(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
