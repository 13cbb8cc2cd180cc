"""The documentation page, complete in itself: where bridges are written, foreign servers may be out of reach."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>宁勤绩助手 · HTTP 接口</title>
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<div id="ui"><p>需要 JavaScript；接口的机器可读说明在 <a href="openapi.json">openapi.json</a>。</p></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
_START = 'SwaggerUIBundle({ url: "openapi.json", dom_id: "#ui", deepLinking: true, docExpansion: "list" });\n'


def documentation() -> list[BaseRoute]:
    """The page and what it is made of."""

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    async def start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript")

    assets = StaticFiles(directory=str(files("fastapi_offline") / "static"))
    return [Route("/docs", page), Route("/docs/start.js", start), Mount("/docs/assets", assets)]
