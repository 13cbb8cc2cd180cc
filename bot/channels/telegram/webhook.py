"""Updates that Telegram posts to us, where a public address is set."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

PATH = "/telegram"
HEADER = "x-telegram-bot-api-secret-token"


@dataclass(frozen=True, slots=True)
class Webhook:
    """``secret``: what Telegram sends along, so that nobody else can."""

    url: str
    secret: str

    def is_from_telegram(self, header: str | None) -> bool:
        """Whether the secret is right; takes as long for a wrong one."""
        return header is not None and hmac.compare_digest(header.encode(), self.secret.encode())


def webhook_for(url: str, token: str) -> Webhook:
    """The webhook at a public address: with our path, where the address names none. The secret follows from the token."""
    path = urlsplit(url).path.rstrip("/")
    full = url if path else url.rstrip("/") + PATH
    return Webhook(full, hmac.new(token.encode(), b"webhook", sha256).hexdigest())
