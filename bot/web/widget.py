"""The chat on other sites: a page for their frames, and whether a site may have it.

Our cookie does not come from a frame on another site, so the page there sends its visitor's secret in a header; it keeps
it itself (``static/session.js``), or, where it may not, in a cookie that belongs to that site's frame only.
"""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.app import POLICY, STATIC


def widget_routes(origins: Sequence[str], title: Callable[[], str]) -> list[BaseRoute]:
    """``origins``: the sites that may, as browsers name them (the settings see to that); ``title``: what the chat is
    called now.
    """
    policy = POLICY.replace("frame-ancestors 'self'", " ".join(["frame-ancestors 'self'", *origins]))

    async def embed(_: Request) -> Response:
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy}
        return FileResponse(STATIC / "index.html", headers=headers)

    async def ask(request: Request) -> Response:
        origin = request.headers.get("origin")
        headers = {"Vary": "Origin", "Cache-Control": "no-store"}
        if origin is not None and origin.lower() not in origins:
            return JSONResponse({"error": "这个网站没有列在 widget_origins 里。"}, status_code=403, headers=headers)
        if origin is not None:
            headers["Access-Control-Allow-Origin"] = origin
        return JSONResponse({"title": title()}, headers=headers)

    return [Route("/embed", embed), Route("/widget", ask)]
