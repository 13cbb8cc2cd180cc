"""Signing in and out, the first administrator, a ticket's files: what works without an open page."""

import secrets
from html import escape
from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route

from bot.accounts.accounts import AccountError, ThrottledError, form_token, is_form_token
from bot.accounts.roles import Role
from bot.console.audit_file import exported
from bot.console.console import Console, StoppedError, Visit
from bot.console.gate import COOKIE, PREFIX
from bot.storage import workbench

_BEFORE = "helpdesk_console_form"
_PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_MOST_FIELDS = 12
_MOST_DIGITS, _MOST_DETAIL = 9, 200
_STYLE = (Path(__file__).parent / "door.css").read_text(encoding="utf-8")
_FIELD = '<label>{label}<input name="{name}" type="{type}" value="{value}" autocomplete="{complete}" required></label>'


def is_picture(path: str) -> bool:
    """Whether a browser is shown the file, and not offered it."""
    return Path(path).suffix.lower() in _PICTURES


class Door:
    """The routes, to be put before the pages."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._accounts = console.accounts

    def routes(self) -> list[BaseRoute]:
        """What the program serves."""
        both = ["GET", "POST"]
        return [
            Route(f"{PREFIX}/login", self._login, methods=both),
            Route(f"{PREFIX}/first", self._first, methods=both),
            Route(f"{PREFIX}/logout", self._logout, methods=["POST"]),
            Route(PREFIX + "/file/{id}", self._file),
            Route(PREFIX + "/audit.csv", self._audit_csv),
        ]

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return self._page(request, "登录控制台", _sign_in_fields())
        form = await _ours(request)
        if form is None:
            return self._page(request, "登录控制台", _sign_in_fields(), "页面过期了，请再登录一次。", 403)
        name = str(form.get("username", ""))
        try:
            address = request.client.host if request.client else ""
            token = await self._accounts.sign_in(name, str(form.get("password", "")), address)
        except AccountError as error:
            status = 429 if isinstance(error, ThrottledError) else 401
            response = self._page(request, "登录控制台", _sign_in_fields(name), str(error), status)
            if isinstance(error, ThrottledError):
                response.headers["Retry-After"] = str(error.seconds)
            return response
        old = await self._accounts.who(request.cookies.get(COOKIE))
        if old:
            await self._accounts.sign_out(old)
        response = RedirectResponse(f"{PREFIX}/", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path=PREFIX)
        response.delete_cookie(_BEFORE, path=PREFIX)
        return response

    async def _first(self, request: Request) -> Response:
        link = request.query_params.get("token", "")
        title = "建立第一个管理员"
        if not await self._accounts.link_is_good(link):
            text = "这个链接用过了或者过期了。在服务器上运行 main.py console users link 可以重新生成。"
            return self._page(request, title, "", text, 410)
        if request.method == "GET":
            return self._page(request, title, _first_fields())
        form = await _ours(request)
        if form is None:
            return self._page(request, title, _first_fields(), "页面过期了，请再填一次。", 403)
        values = [str(form.get(name, "")) for name in ("username", "name", "password")]
        if values[2] != form.get("again"):
            return self._page(request, title, _first_fields(values[0], values[1]), "两次输入的密码不一样。", 400)
        try:
            await self._accounts.first(link, *values)
        except AccountError as error:
            return self._page(request, title, _first_fields(values[0], values[1]), str(error), 400)
        return RedirectResponse(f"{PREFIX}/login", 303)

    async def _logout(self, request: Request) -> Response:
        token = request.cookies.get(COOKIE)
        session = await self._accounts.who(token)
        form = await request.form(max_fields=_MOST_FIELDS)
        if session is None or not is_form_token(token, str(form.get("form", ""))):
            return PlainTextResponse("页面过期了，请刷新后再试。", 403)
        await self._accounts.sign_out(session, everywhere=form.get("everywhere") == "1")
        response = RedirectResponse(f"{PREFIX}/login", 303)
        response.delete_cookie(COOKIE, path=PREFIX)
        return response

    async def _file(self, request: Request) -> Response:
        visit = await self._visit(request, "agent", "file")
        if isinstance(visit, Response):
            return visit
        number = str(request.path_params["id"])
        async with self._console.database.read() as tx:
            row = await workbench.file(tx, int(number)) if number.isdecimal() and len(number) <= _MOST_DIGITS else None
        folder = (self._console.settings.data / "files").resolve()
        path = (folder / row.path).resolve() if row and row.path else None
        if row is None or path is None or folder not in path.parents or not path.is_file():
            return PlainTextResponse("没有这个文件，或者还没有取来。", 404)
        await visit.audit("file", row.ticket, detail=row.name or row.kind)
        # Only what no browser runs is shown; all else is a download.
        kind = _PICTURES.get(path.suffix.lower())
        return FileResponse(
            path,
            media_type=kind or "application/octet-stream",
            filename=row.name or path.name,
            content_disposition_type="inline" if kind else "attachment",
            headers={"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"},
        )

    async def _audit_csv(self, request: Request) -> Response:
        visit = await self._visit(request, "admin", "audit export")
        if isinstance(visit, Response):
            return visit
        await visit.audit("audit export", detail=request.url.query[:_MOST_DETAIL])
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        lines = exported(self._console.database, request.query_params)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    async def _visit(self, request: Request, role: Role, what: str) -> Visit | Response:
        """Somebody who may have this; else what he is told, and the refusal is written down."""
        session = await self._accounts.who(request.cookies.get(COOKIE))
        if session is None:
            return RedirectResponse(f"{PREFIX}/login", 303)
        visit = Visit(self._console, request, session)
        try:
            await visit.allowed(role, what)
        except StoppedError as error:
            return PlainTextResponse(str(error), 403)
        return visit

    def _page(self, request: Request, title: str, fields: str, told: str = "", status: int = 200) -> Response:
        secret = request.cookies.get(_BEFORE) or secrets.token_urlsafe(32)
        alert = f'<p class="told" role="alert">{escape(told)}</p>' if told else ""
        form = f'<input type="hidden" name="form" value="{form_token(secret)}">{fields}<button>{escape(title)}</button>'
        inner = f'<form method="post">{form}</form>' if fields else ""
        response = HTMLResponse(
            _whole(title, f"{alert}{inner}"),
            status_code=status,
            headers={"Cache-Control": "no-store"},
        )
        secure = request.url.scheme == "https"
        response.set_cookie(_BEFORE, secret, httponly=True, samesite="lax", secure=secure, path=PREFIX, max_age=3600)
        return response


def message_page(title: str, text: str, target: str, label: str) -> str:
    """A page that says something and leads back."""
    return _whole(title, f'<p>{escape(text)}</p><p><a href="{escape(target)}">{escape(label)}</a></p>')


def _whole(title: str, inner: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · 宁勤绩</title><style>{_STYLE}</style>"
        f"<main><p class=brand>宁勤绩 · 控制台</p><h1>{escape(title)}</h1>{inner}</main></html>"
    )


async def _ours(request: Request) -> FormData | None:
    """The form, if our own page has sent it."""
    form = await request.form(max_fields=_MOST_FIELDS, max_files=0)
    return form if is_form_token(request.cookies.get(_BEFORE), str(form.get("form", ""))) else None


def _field(label: str, name: str, value: str = "", *, hidden: str = "") -> str:
    kind, complete = ("password", hidden) if hidden else ("text", "username" if name == "username" else "name")
    return _FIELD.format(label=label, name=name, type=kind, value=escape(value, quote=True), complete=complete)


def _sign_in_fields(name: str = "") -> str:
    return _field("用户名", "username", name) + _field("密码", "password", hidden="current-password")


def _first_fields(username: str = "", name: str = "") -> str:
    return (
        _field("用户名", "username", username)
        + _field("姓名", "name", name)
        + _field("密码（至少 10 个字符）", "password", hidden="new-password")
        + _field("再输一次密码", "again", hidden="new-password")
    )
