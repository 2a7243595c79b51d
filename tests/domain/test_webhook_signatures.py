"""Signatures of webhooks: the published example of Standard Webhooks, and two secrets at once."""

import base64

from domain.webhook_signatures import new_secret, shown, signature

SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    assert signature([SECRET], ID, TIMESTAMP, BODY) == PUBLISHED


def test_there_is_a_signature_for_each_secret_with_blanks_between() -> None:
    other = new_secret()
    both = signature([other, SECRET], ID, TIMESTAMP, BODY).split(" ")
    assert both == [signature([other], ID, TIMESTAMP, BODY), PUBLISHED]


def test_a_secret_is_shown_as_whsec_and_32_bytes_in_base64() -> None:
    secret = new_secret()
    prefix, encoded = shown(secret)[:6], shown(secret)[6:]
    assert (prefix, base64.b64decode(encoded, validate=True), len(secret)) == ("whsec_", secret, 32)
