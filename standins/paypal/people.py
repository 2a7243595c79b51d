"""Who may ask: tokens for the account itself, and for payees who have signed in."""

import base64

from standins.paypal.account import Account, Thing
from standins.paypal.refusals import Refusal

_SELLER, _PAYEE = "seller-", "payee-"
UNVERIFIED = "unverified"
"""The name before the @ of a payee whose account PayPal has not verified."""


class Gate:
    """Gives out tokens, and forgets them when it is told to."""

    def __init__(self, account: Account, client_id: str, client_secret: str) -> None:
        self._account, self._given = account, set[str]()
        self._login = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.issued = 0

    def token(self, authorization: str, body: Thing) -> Thing:
        if authorization != f"Basic {self._login}":
            raise Refusal(401, "invalid_client")
        if body["grant_type"] == "client_credentials":
            self.issued += 1
            token = f"{_SELLER}{self.issued}"
        else:
            email = self._account.sign_ins.pop(body["code"], None)
            if email is None:
                raise Refusal(400, "invalid_grant")
            token = f"{_PAYEE}{email}"
        self._given.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 32_400}

    def require_seller(self, authorization: str) -> None:
        self._require(authorization, _SELLER)

    def user(self, authorization: str) -> Thing:
        """Whom a token of a sign-in stands for."""
        email = self._require(authorization, _PAYEE)
        return {
            "user_id": f"https://www.paypal.com/webapps/auth/identity/user/{email}",
            "payer_id": payer_id_of(email),
            "email": email,
            "email_verified": True,
            "verified_account": not email.startswith(UNVERIFIED),
        }

    def forget(self) -> None:
        """All tokens stop to be good."""
        self._given.clear()

    def sign_in(self, email: str) -> str:
        """What a payee brings back from PayPal's page: a code that is good once."""
        code = f"C21AA{len(self._account.sign_ins)}{email.encode().hex()}"
        self._account.sign_ins[code] = email
        return code

    def _require(self, authorization: str, kind: str) -> str:
        token = authorization.removeprefix("Bearer ")
        if token not in self._given or not token.startswith(kind):
            raise Refusal(401, "AUTHENTICATION_FAILURE")
        return token.removeprefix(kind)


def payer_id_of(email: str) -> str:
    """Thirteen characters of those that ids of accounts have."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    number, text = int.from_bytes(email.encode()), ""
    for _ in range(13):
        number, digit = divmod(number, len(letters))
        text += letters[digit]
    return text
