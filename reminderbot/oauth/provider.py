"""Where one signs in: the addresses of Google and Microsoft, or of a provider of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Provider:
    """An authorization server (RFC 6749): where tokens, and where a person's yes, are asked for.

    An empty `device_url` or `authorize_url`: that way of signing in is not to be had there.
    """

    token_url: str
    scope: str
    authorize_url: str = ""
    device_url: str = ""
    # What the address for a person carries besides what RFC 6749 4.1.1 asks.
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def host(self) -> str:
        return urlsplit(self.token_url).netloc


@dataclass(frozen=True, slots=True)
class Client:
    """This installation as the provider knows it."""

    client_id: str
    secret: str = field(default="", repr=False)

    def form(self) -> dict[str, str]:
        """The fields that say who asks (RFC 6749 2.3.1)."""
        return {"client_id": self.client_id} | ({"client_secret": self.secret} if self.secret else {})


# developers.google.com/identity/protocols/oauth2/native-app: no device flow for the scope of mail, and without
# `consent` a second sign-in brings no refresh token.
GOOGLE = Provider(
    "https://oauth2.googleapis.com/token",
    "https://mail.google.com/",
    "https://accounts.google.com/o/oauth2/v2/auth",
    extra=(("access_type", "offline"), ("prompt", "consent")),
)


def microsoft(tenant: str) -> Provider:
    """learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth"."""
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    scope = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
    return Provider(f"{base}/token", scope, f"{base}/authorize", f"{base}/devicecode")


def with_own(known: Provider, token_url: str, authorize_url: str, device_url: str, scope: str) -> Provider:
    """The provider with the addresses and the scope in the place that the owner names."""
    return replace(
        known,
        token_url=token_url or known.token_url,
        authorize_url=authorize_url or known.authorize_url,
        device_url=device_url or known.device_url,
        scope=scope or known.scope,
    )
