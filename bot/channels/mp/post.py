"""Customer-service messages of a 公众号, and what its errors mean."""

import logging

from bot.channels.callback.api import Api, ApiError, Http, UnreachableError, token_in
from bot.channels.callback.token import AccessToken
from bot.pipeline.channel import DeliveryError, LaterError, NeverError

log = logging.getLogger(__name__)
_NEVER = {
    40003: "公众号不认识这个用户（OpenID 不对）",
    43004: "用户已经取消关注公众号",
    43019: "用户在公众号的黑名单里",
    44004: "消息是空的，公众号不收",
    45002: "消息太长，公众号不收",
    45015: "用户超过 48 小时没有发言（或已取消关注），公众号不能主动给他发消息；等他再次发言后，请重新回复",
}
_SETTINGS = {
    40001: "微信不认 AppSecret：请检查 HELPDESK_MP_SECRET",
    40013: "微信不认 AppID：请检查 HELPDESK_MP_APP_ID",
    40014: "微信不认 access_token：请检查 HELPDESK_MP_APP_ID 和 HELPDESK_MP_SECRET",
    40125: "微信不认 AppSecret：请检查 HELPDESK_MP_SECRET",
    40164: "服务器的 IP 不在公众号的 IP 白名单里：请到微信开发者平台（我的业务—公众号—基础信息）添加",
    40243: "AppSecret 已被冻结：请到微信开发者平台解冻",
    41004: "没有 AppSecret：请设置 HELPDESK_MP_SECRET",
    42001: "公众号的 access_token 过期后没能换新",
    50002: "公众号被限制使用：请登录公众平台查看",
}
_PACE = {45009: 300.0, 45011: 60.0}
"""Seconds to wait where the platform finds us too fast; 45009 is a day's quota."""
_NO_RIGHT = 48001
_SPENT = 45047
_SPENT_SECONDS = 5.0
_PASSIVE = "公众号没有客服消息权限（48001，需要认证），等用户再发言时才能回复"
_UNSET = "没有设置 HELPDESK_MP_SECRET，等用户再发言时才能回复"


class MpPost:
    """``secret``: None where only passive replies are wanted."""

    def __init__(self, http: Http, app: str, secret: str | None, address: str) -> None:
        self._http = http
        self._app = app
        self._secret = secret
        self._address = address
        self.api = Api(http, AccessToken(self._fetch))
        self._may_not = False
        self._spent: set[str] = set()

    @property
    def only_passive(self) -> bool:
        """Whether the platform has said that this account may send no customer-service messages."""
        return self._may_not or not self._secret

    def heard_from(self, user: str) -> None:
        """Somebody has written: he can be written to again."""
        self._spent.discard(user)

    async def send(self, user: str, text: str) -> str | None:
        """Send a text. Raises DeliveryError."""
        if self.only_passive:
            raise LaterError(_PASSIVE if self._secret else _UNSET, counts=False)
        if user in self._spent:
            raise self._too_many()
        body = {"touser": user, "msgtype": "text", "text": {"content": text}}
        try:
            await self.api.post("/cgi-bin/message/custom/send", body)
        except (ApiError, UnreachableError) as error:
            raise self._sorted(error, user) from error
        return None

    async def check(self) -> str:
        """See whether the platform gives us a token. Raises DeliveryError."""
        if not self._secret:
            return f"只能在用户发言后几秒内回复：{_UNSET}"
        try:
            await self.api.token.get()
        except (ApiError, UnreachableError) as error:
            raise self._sorted(error) from error
        return _PASSIVE if self._may_not else f"公众号 {self._app}"

    async def _fetch(self, was_refused: bool) -> tuple[str, float]:
        # The older /token makes the token of every other node invalid each time; this one is the same for all.
        body = {
            "grant_type": "client_credential",
            "appid": self._app,
            "secret": self._secret or "",
            "force_refresh": was_refused,
        }
        return token_in(await self._http.ask("POST", "/cgi-bin/stable_token", {}, body))

    def _sorted(self, error: ApiError | UnreachableError, user: str = "") -> DeliveryError:
        """What an error means for a message."""
        if isinstance(error, UnreachableError):
            why = f"连不上公众号接口（{self._address}，{error}）：请检查网络和 HELPDESK_MP_API_URL"
            return LaterError(why, everyone=True, counts=False)
        if error.code == _NO_RIGHT:
            log.warning("mp: %s", _PASSIVE)
            self._may_not = True
            return LaterError(_PASSIVE, counts=False)
        if error.code == _SPENT:
            self._spent.add(user)
            return self._too_many()
        if error.code in _SETTINGS:
            return LaterError(f"{_SETTINGS[error.code]}（{error.code}）", everyone=True, counts=False)
        if error.code in _PACE:
            why = f"公众号接口的调用次数用完了（{error.code}）"
            return LaterError(why, after=_PACE[error.code], everyone=True, counts=False)
        if error.code in _NEVER:
            return NeverError(_NEVER[error.code])
        return LaterError(f"公众号接口：{error}")

    def _too_many(self) -> LaterError:
        """The platform wants to hear from the user first. Looked at again soon, for he may write any moment."""
        return LaterError("用户没有发言，公众号能主动发的条数用完了（45047）", after=_SPENT_SECONDS, counts=False)
