"""Pictures of steps, for everybody: the chat page, frames on other sites, bridges and the staff console show them."""

import mimetypes

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.pictures import Pictures
from bot.present import PICTURES

_POLICY = "default-src 'none'; sandbox"
_FOR_EVER = "public, max-age=31536000, immutable"
"""A name is made of what is in the picture, so what is behind it never changes."""


def picture_routes(pictures: Pictures) -> list[Route]:
    """The address of pictures."""

    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        data = await pictures(name)
        if data is None:
            return PlainTextResponse("没有这张图片。", 404, headers={"Cache-Control": "no-store"})
        headers = {"Cache-Control": _FOR_EVER, "Content-Security-Policy": _POLICY}
        return Response(data, media_type=mimetypes.guess_type(name)[0], headers=headers)

    return [Route(f"{PICTURES}/{{name}}", show)]
