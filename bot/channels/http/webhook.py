"""Brings to a bridge's webhook what no request of its own has brought: signed, in order, until it says 2xx."""

import hashlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from bot.channels.http.places import key_of
from bot.channels.http.shape import of_delivery
from bot.pipeline.channel import DroppedError, LaterError
from bot.storage import keys
from bot.storage.database import Database
from bot.storage.keys import Key
from bot.storage.outbox import Delivery

SIGNATURE = "X-Helpdesk-Signature"
_SECONDS = 10.0
_AT_ONCE = 6
"""Posts to one bridge at a time: a slow one must not keep the others waiting."""
_LONGEST_PAUSE = 60.0
_LONGEST_WISH = 3600.0
log = logging.getLogger(__name__)


def sign(secret: str, body: bytes, at: int) -> str:
    """The signature header: the time, and HMAC-SHA256 of the time, a dot and the body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@dataclass(slots=True)
class _Trouble:
    """A webhook that does not answer as it should. ``until``: when it is tried again."""

    failures: int
    until: datetime


class Webhooks:
    """Redirects are not followed, and no proxy of the environment is used: the address is the one the operator set."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._client: httpx.AsyncClient | None = None
        self._flying: Counter[int] = Counter()
        self._trouble: dict[int, _Trouble] = {}

    async def deliver(self, delivery: Delivery) -> None:
        """Send one message. Raises DeliveryError."""
        key = await self._key(delivery)
        trouble = self._trouble.get(key.id)
        if trouble and self._now() < trouble.until:
            wait = (trouble.until - self._now()).total_seconds()
            raise LaterError("这个 webhook 刚才没有收下", after=wait, counts=False)
        if self._flying[key.id] >= _AT_ONCE:
            raise LaterError("这个 webhook 正忙", after=0.2, counts=False)
        self._flying[key.id] += 1
        try:
            await self._post(key, delivery)
        finally:
            self._flying[key.id] -= 1

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client:
            await self._client.aclose()

    def troubled(self) -> int:
        """How many webhooks do not answer as they should."""
        return len(self._trouble)

    async def _key(self, delivery: Delivery) -> Key:
        """The key with its webhook. Raises DroppedError where nothing is to be sent."""
        number, to = key_of(delivery.lane), delivery.payload.get("to")
        async with self._database.read() as tx:
            key = await keys.by_id(tx, number) if number is not None else None
            late = to is None or await keys.is_late(tx, to)
        if key is None or key.webhook_url is None or not key.is_good(self._now()):
            raise DroppedError("没有 webhook")
        if not late:
            raise DroppedError("已经随请求答复")
        return key

    async def _post(self, key: Key, delivery: Delivery) -> None:
        body = json.dumps(of_delivery(delivery), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "ningqinji-helpdesk",
            SIGNATURE: sign(key.webhook_secret or "", body, int(self._now().timestamp())),
        }
        self._client = self._client or httpx.AsyncClient(timeout=_SECONDS, trust_env=False, follow_redirects=False)
        try:
            # The answer's body is of no interest, however long it is.
            async with self._client.stream("POST", key.webhook_url or "", content=body, headers=headers) as response:
                status, wish = response.status_code, response.headers.get("retry-after", "")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OverflowError) as error:
            # Names that no resolver takes come as ValueError.
            raise self._later(key, type(error).__name__, None, counts=False) from error
        if not 200 <= status < 300:
            counts = status < 500 and status not in (408, 429)
            raise self._later(key, f"HTTP {status}", _seconds(wish), counts=counts)
        self._trouble.pop(key.id, None)

    def _later(self, key: Key, why: str, wish: float | None, *, counts: bool) -> LaterError:
        before = self._trouble.get(key.id)
        failures = before.failures + 1 if before else 1
        wait = wish or min(_LONGEST_PAUSE, 0.5 * 2 ** min(failures, 10))
        self._trouble[key.id] = _Trouble(failures, self._now() + timedelta(seconds=wait))
        log.warning("api: webhook of key %d (%s): %s; next try in %.0f s", key.id, key.name, why, wait)
        return LaterError(f"webhook：{why}", after=wait, counts=counts)


def _seconds(wish: str) -> float | None:
    return min(float(wish), _LONGEST_WISH) or None if wish.isascii() and wish.isdecimal() else None
