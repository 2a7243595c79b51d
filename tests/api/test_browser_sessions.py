"""Sessions in cookies: which pages may have one, what it opens, and what a foreign page cannot do with it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from server.browsers import Browsers, origins_of
from tests.client import Client
from tests.makers.identity import PASSWORD, code_of, letters, make_account, make_two_factor, sign_up_input, token_in
from tests.world import World

PAGE = {"origin": "https://app.example"}
KEEPS = {**PAGE, "milepost-session": "cookie"}
ADA = {"email": "ada@example.com", "password": PASSWORD}
SIGN_IN = "mutation($input: SignInInput!) { result: signIn(input: $input) { __typename } }"
SIGN_OUT = "mutation { result: signOut(input: {}) { ... on SignOutPayload { session { revokedAt } } } }"
ME = "{ viewer { user { email } } }"


@pytest.fixture
async def production(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """A server of the same platform behind TLS, which one page elsewhere may call."""
    origins = origins_of("https://app.example")
    async with Client.serving(world.database, world.clock, is_sandbox=False, origins=origins) as client:
        client.http.base_url = httpx2.URL("https://api.example")
        yield client.http


async def asked(http: httpx2.AsyncClient, query: str, variables: Any = None, **headers: str) -> httpx2.Response:
    return await http.post("/graphql", json={"query": query, "variables": variables or {}}, headers=headers)


async def signed_in(http: httpx2.AsyncClient, **headers: str) -> httpx2.Response:
    answer = await asked(http, SIGN_IN, {"input": ADA}, **(headers or KEEPS))
    assert answer.json()["data"] == {"result": {"__typename": "SignInPayload"}}
    return answer


def code_in(answer: httpx2.Response) -> str:
    (error,) = answer.json()["errors"]
    assert set(error["extensions"]) == {"code", "requestId"}
    return str(error["extensions"]["code"])


async def test_a_page_that_asks_for_it_gets_its_session_in_a_cookie(
    world: World, production: httpx2.AsyncClient
) -> None:
    await make_account(world)
    given = (await signed_in(production)).headers["set-cookie"]
    name, _, rest = given.partition("=")
    _, *attributes = rest.split("; ")
    assert name == "__Host-mp_session"
    assert set(attributes) == {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Lax", "Secure"}
    assert (await asked(production, ME, **PAGE)).json()["data"] == {"viewer": {"user": {"email": ADA["email"]}}}


async def test_in_a_sandbox_the_cookie_does_without_https(world: World) -> None:
    await make_account(world)
    given = (
        await signed_in(world.client.http, origin="http://localhost:5173", **{"milepost-session": "cookie"})
    ).headers
    assert given["set-cookie"].startswith("mp_session=")
    assert "Secure" not in given["set-cookie"]
    answer = await asked(world.client.http, ME, origin="http://t")
    assert answer.json()["data"] == {"viewer": {"user": {"email": ADA["email"]}}}


async def test_whoever_does_not_ask_for_a_cookie_gets_none(world: World, production: httpx2.AsyncClient) -> None:
    await make_account(world)
    assert "set-cookie" not in (await signed_in(production, **PAGE)).headers


async def test_an_app_session_is_never_kept_in_a_cookie(world: World, production: httpx2.AsyncClient) -> None:
    await make_account(world)
    answer = await asked(production, SIGN_IN, {"input": ADA | {"kind": "APP"}}, **KEEPS)
    assert "set-cookie" not in answer.headers


async def test_the_second_step_of_a_sign_in_sets_the_cookie(world: World, production: httpx2.AsyncClient) -> None:
    # The secret is sealed with the keys of the server that made it.
    secret, _ = await make_two_factor(await make_account(replace(world, client=Client(production))))
    challenge = "... on SignInPayload { challenge { challengeId } }"
    first = await asked(production, SIGN_IN.replace("__typename", challenge), {"input": ADA}, **KEEPS)
    assert "set-cookie" not in first.headers
    given = {"challengeId": first.json()["data"]["result"]["challenge"]["challengeId"], "code": code_of(secret, 1)}
    complete = "mutation($input: CompleteSignInInput!) { result: completeSignIn(input: $input) { __typename } }"
    second = await asked(production, complete, {"input": given}, **KEEPS)
    assert second.json()["data"] == {"result": {"__typename": "CompleteSignInPayload"}}
    assert second.headers["set-cookie"].startswith("__Host-mp_session=")


async def test_verifying_an_address_sets_the_cookie(world: World, production: httpx2.AsyncClient) -> None:
    await world.caller().do("signUp", "accepted", **sign_up_input(ADA["email"]))
    await world.settle()
    given = {"token": token_in(letters(world, ADA["email"])[-1])}
    verify = "mutation($input: VerifyEmailInput!) { result: verifyEmail(input: $input) { __typename } }"
    answer = await asked(production, verify, {"input": given}, **KEEPS)
    assert answer.headers["set-cookie"].startswith("__Host-mp_session=")


async def test_signing_out_takes_the_cookie_away_and_its_session_is_over(
    world: World, production: httpx2.AsyncClient
) -> None:
    await make_account(world)
    await signed_in(production)
    token = production.cookies["__Host-mp_session"]
    answer = await asked(production, SIGN_OUT, **PAGE)
    assert answer.json()["data"]["result"]["session"]["revokedAt"] is not None
    assert answer.headers["set-cookie"].startswith("__Host-mp_session=; Path=/; Max-Age=0; ")
    assert "__Host-mp_session" not in production.cookies
    again = await asked(production, ME, cookie=f"__Host-mp_session={token}", **PAGE)
    assert code_in(again) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://app.example", "https://app.example.org"]
)
async def test_a_foreign_page_can_do_nothing_with_the_cookie(
    world: World, production: httpx2.AsyncClient, origin: str | None
) -> None:
    await make_account(world)
    await signed_in(production)
    answer = await asked(production, SIGN_OUT, **({"origin": origin} if origin else {}))
    assert (answer.status_code, code_in(answer)) == (403, "FORBIDDEN")
    assert "access-control-allow-origin" not in answer.headers
    assert (await asked(production, ME, **PAGE)).json()["data"]["viewer"] is not None


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_a_form_can_do_nothing_with_the_cookie(
    world: World, production: httpx2.AsyncClient, media_type: str
) -> None:
    await make_account(world)
    await signed_in(production)
    body = b'{"query": "mutation { signOut(input: {}) { __typename } }"}'
    headers = {"content-type": media_type, "origin": "https://app.example"}
    answer = await production.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, code_in(answer)) == (415, "BAD_USER_INPUT")
    assert (await asked(production, ME, **PAGE)).json()["data"]["viewer"] is not None


async def test_a_page_that_may_not_call_gets_no_cookie(world: World, production: httpx2.AsyncClient) -> None:
    await make_account(world)
    foreign = {"origin": "https://evil.example", "milepost-session": "cookie"}
    answer = await asked(production, SIGN_IN, {"input": ADA}, **foreign)
    assert (answer.status_code, code_in(answer)) == (403, "FORBIDDEN")
    assert "set-cookie" not in answer.headers


async def test_reading_by_get_needs_no_origin_because_browsers_send_none(
    world: World, production: httpx2.AsyncClient
) -> None:
    await make_account(world)
    await signed_in(production)
    answer = await production.get("/graphql", params={"query": ME})
    assert answer.json()["data"] == {"viewer": {"user": {"email": ADA["email"]}}}


async def test_a_bearer_token_goes_before_the_cookie(world: World, production: httpx2.AsyncClient) -> None:
    await make_account(world)
    other = await world.client_side()
    await signed_in(production)
    answer = await asked(production, ME, authorization=f"Bearer {other.token}", origin="https://evil.example")
    assert answer.json()["data"] == {"viewer": {"user": {"email": other.email}}}


async def test_an_allowed_page_may_read_answers_planned_or_not(world: World, production: httpx2.AsyncClient) -> None:
    for _ in range(3):
        answer = await asked(production, "{ gigCategories { totalCount } }", **PAGE)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "origin" in answer.headers["vary"]


async def test_a_browser_that_asks_before_it_sends_is_told_what_it_may(production: httpx2.AsyncClient) -> None:
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    allowed = await production.options("/graphql", headers={**PAGE, **asking})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert {"authorization", "content-type"} <= set(allowed.headers["access-control-allow-headers"].split(", "))
    foreign = await production.options("/graphql", headers={"origin": "https://evil.example", **asking})
    assert (foreign.status_code, "access-control-allow-origin" in foreign.headers) == (405, False)


async def test_answers_tell_browsers_to_come_back_encrypted_in_production_only(
    world: World, production: httpx2.AsyncClient
) -> None:
    assert "max-age=" in (await asked(production, ME)).headers["strict-transport-security"]
    assert "strict-transport-security" not in (await asked(world.client.http, ME)).headers


@pytest.mark.parametrize("path", ["/explorer", "/reference", "/graphql", "/health/live", "/schema.graphql"])
async def test_no_answer_may_be_framed_sniffed_or_told_to_others(world: World, path: str) -> None:
    headers = (await world.client.http.get(path)).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    if headers["content-type"].startswith("text/html"):
        assert (headers["x-frame-options"], headers["cross-origin-opener-policy"]) == ("DENY", "same-origin")
        assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize(
    "text", ["*", "app.example", "http://app.example", "https://a.example/path", "https://a b", ","]
)
def test_what_is_no_origin_is_refused_when_it_is_set(text: str) -> None:
    with pytest.raises(ValueError, match="takes origins with commas between"):
        origins_of(text)


def test_origins_are_taken_as_browsers_send_them() -> None:
    assert origins_of("https://App.example:443, https://b.example:8443/") == {
        b"https://app.example",
        b"https://b.example:8443",
    }


@pytest.mark.parametrize(
    ("origin", "is_sandbox", "is_allowed"),
    [
        (b"https://api.example", False, True),
        (b"http://api.example", False, False),
        (b"http://api.example", True, True),
        (b"http://localhost:5173", True, True),
        (b"http://localhost:5173", False, False),
        (b"http://localhost.evil.example", True, False),
        (b"null", True, False),
        (b"", True, False),
    ],
)
def test_own_pages_may_call_and_those_of_this_machine_in_a_sandbox(
    origin: bytes, is_sandbox: bool, is_allowed: bool
) -> None:
    browsers = Browsers(is_sandbox=is_sandbox)
    assert browsers.allows({b"origin": origin, b"host": b"api.example"}) is is_allowed
