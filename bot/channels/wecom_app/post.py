"""Active messages of a 企业微信 application, and what its errors mean."""

from bot.channels.callback.api import Api, ApiError, Http, UnreachableError, token_in
from bot.channels.callback.token import AccessToken
from bot.pipeline.channel import DeliveryError, LaterError, NeverError

_NEVER = {
    40003: "企业微信里没有这个成员",
    44004: "消息是空的，企业微信不收",
    45002: "消息太长，企业微信不收",
    60011: "应用没有给这个成员发消息的权限：请在管理后台检查应用的可见范围",
    60111: "企业微信里没有这个成员，可能已经离职",
    81013: "这个成员不在应用的可见范围内，或已经离职",
    82001: "企业微信里没有这个成员",
}
_SETTINGS = {
    40001: "企业微信不认应用的 Secret：请检查 HELPDESK_WECOM_SECRET",
    40013: "企业微信不认企业 ID：请检查 HELPDESK_WECOM_CORP_ID",
    40014: "企业微信不认 access_token：请检查 HELPDESK_WECOM_SECRET 是不是这个应用的",
    40056: "企业微信不认应用编号：请检查 HELPDESK_WECOM_AGENT_ID",
    41004: "没有应用的 Secret：请设置 HELPDESK_WECOM_SECRET",
    42001: "企业微信的 access_token 过期后没能换新",
    48002: "应用没有调用发消息接口的权限：请在管理后台检查",
    60020: "服务器的 IP 不在应用的“企业可信IP”里：请到管理后台的应用页面添加",
    301002: "Secret 和应用编号不是同一个应用的：请检查 HELPDESK_WECOM_AGENT_ID 和 HELPDESK_WECOM_SECRET",
}
_PACE = {45009: 60.0, 45033: 2.0}
"""Seconds to wait where the platform finds us too fast."""


class WecomPost:
    """``agent``: the application's number; without it or without ``secret`` only passive replies are possible."""

    def __init__(self, http: Http, corp: str, agent: int | None, secret: str | None, address: str) -> None:
        self._http = http
        self._corp = corp
        self._agent = agent
        self._secret = secret
        self._address = address
        self.api = Api(http, AccessToken(self._fetch))

    @property
    def only_passive(self) -> bool:
        """Without the application's secret there are no active messages."""
        return not self._secret or self._agent is None

    async def send(self, user: str, text: str) -> str | None:
        """Send a text. Raises DeliveryError."""
        if self.only_passive:
            raise LaterError(
                "没有设置 HELPDESK_WECOM_SECRET 和 HELPDESK_WECOM_AGENT_ID，等用户再发言时才能回复", counts=False
            )
        body = {"touser": user, "msgtype": "text", "agentid": self._agent, "text": {"content": text}}
        try:
            answer = await self.api.post("/cgi-bin/message/send", body)
        except (ApiError, UnreachableError) as error:
            raise self._sorted(error) from error
        if answer.get("invaliduser"):
            raise NeverError(_NEVER[81013])
        number = answer.get("msgid")
        return str(number)[:80] if number else None

    async def check(self) -> str:
        """See whether the platform gives us a token. Raises DeliveryError."""
        if self.only_passive:
            return "只能在用户发言后几秒内回复：没有设置 HELPDESK_WECOM_SECRET 和 HELPDESK_WECOM_AGENT_ID"
        try:
            await self.api.token.get()
        except (ApiError, UnreachableError) as error:
            raise self._sorted(error) from error
        return f"应用 {self._agent}"

    async def _fetch(self, was_refused: bool) -> tuple[str, float]:  # noqa: ARG002 - the platform decides itself
        query = {"corpid": self._corp, "corpsecret": self._secret or ""}
        return token_in(await self._http.ask("GET", "/cgi-bin/gettoken", query))

    def _sorted(self, error: ApiError | UnreachableError) -> DeliveryError:
        """What an error means for a message."""
        if isinstance(error, UnreachableError):
            why = f"连不上企业微信（{self._address}，{error}）：请检查网络和 HELPDESK_WECOM_API_URL"
            return LaterError(why, everyone=True, counts=False)
        if error.code in _SETTINGS:
            return LaterError(f"{_SETTINGS[error.code]}（{error.code}）", everyone=True, counts=False)
        if error.code in _PACE:
            why = f"企业微信限制了发送频率（{error.code}）"
            return LaterError(why, after=_PACE[error.code], everyone=True, counts=False)
        if error.code in _NEVER:
            return NeverError(_NEVER[error.code])
        return LaterError(f"企业微信：{error}")
