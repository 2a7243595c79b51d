"""What `python -m server serve` says when it serves: addresses, whom to sign in as, a first request to copy."""

import json
from pathlib import Path
from string import Template

from server.seed import PASSWORD, SEEDED

_RUNNING = Template("""
Milepost is running.

  GraphQL    $root/graphql      (POST; WebSocket: graphql-transport-ws)
  Explorer   $root/explorer
  Reference  $root/reference
  Schema     $root/schema.graphql
  Health     $root/health/ready
  Mail       $mail
""")

_SANDBOX = Template("""Sign in as one of these; the password is "$password":

$people

A first request:

  curl $root/graphql -H 'content-type: application/json' -d '$request'

Send the token as `Authorization: Bearer TOKEN`. In a second terminal, `make demo` plays a whole project. Ctrl-C stops.
""")

_SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { ... on SignInPayload { token } ... on Refusal { message } }
}"""


def greeting(root: str, mail: Path, *, is_sandbox: bool) -> str:
    """The text for the terminal; only a sandbox names its people and their password."""
    running = _RUNNING.substitute(root=root, mail=mail)
    if not is_sandbox:
        return running
    people = "\n".join(f"  {one.email:<28} {one.what}" for one in SEEDED)
    return f"{running}\n{_SANDBOX.substitute(root=root, password=PASSWORD, people=people, request=_first_request())}"


def _first_request() -> str:
    variables = {"input": {"email": SEEDED[0].email, "password": PASSWORD}}
    return json.dumps({"query": " ".join(_SIGN_IN.split()), "variables": variables})
