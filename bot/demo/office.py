"""What staff keep in the console: accounts that nobody can sign in with, templates, saved views; and users' screenshots."""

import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.demo.people import colleagues
from bot.storage.account_tables import account, account_view, reply_template
from bot.storage.tables import attachment, ticket

_TEMPLATES = (
    ("先要截图", "{person}您好，我是{name}。请把小程序里的提示截个图发过来，最好带上项目编号，我来查。"),
    ("地址要主管部门核对", "{project}的考勤地址改好以后，还要主管部门核对。核对通过了，请管理员重新设定一次。"),
    ("重新进一次", "麻烦先退出小程序，重新进一次，在“我的项目”里选对标段再打卡。还不行就在这里告诉我。"),
    ("已经转给主管部门", "工单 {number} 的情况我们已经转给主管部门，有消息在这里回您，不用重复提交。"),
    ("结束语", "问题解决了就好。以后再遇到，直接发消息就行。——{name}"),
)
_VIEWS = (
    ("江宁加急", {"state": "open+", "district": "江宁区", "urgent": True}),
    ("QQ 没完的", {"state": "open+", "channel": "onebot"}),
)
_ROLES = ("editor", "agent", "agent")
_SCREENSHOTS = 0.3
_HEIGHT, _WIDTH = 320, 180


async def furnish(tx: AsyncConnection, folder: Path, random: Random, now: datetime) -> None:
    """Write everything; pictures go below ``folder``."""
    desk = [each for each in colleagues() if each.channel == "console"]
    for each, role in zip(desk, _ROLES, strict=True):
        values = {"username": each.account, "name": each.name, "role": role, "created_at": now, "changed_at": now}
        made = await tx.execute(insert(account).values(**values, password=None).returning(account.c.id))
        number = made.scalar_one()
        for name, wanted in _VIEWS:
            await tx.execute(insert(account_view).values(account_id=number, name=name, filter=wanted))
    rows = [
        {"title": title, "text": text, "changed_at": now, "changed_by": desk[0].account} for title, text in _TEMPLATES
    ]
    await tx.execute(insert(reply_template), rows)
    found = (await tx.execute(select(ticket.c.number, ticket.c.conversation_id, ticket.c.opened_at))).all()
    shots = _screenshots([row for row in found if random.random() < _SCREENSHOTS], folder, random)
    if shots:
        await tx.execute(insert(attachment), shots)


def _screenshots(rows: Sequence[Any], folder: Path, random: Random) -> list[dict[str, Any]]:
    folder.mkdir(parents=True, exist_ok=True)
    shots = []
    for row in rows:
        name = f"demo-{row.number}.png"
        (folder / name).write_bytes(_png(_screen(random)))
        ours = {
            "conversation_id": row.conversation_id,
            "ticket": row.number,
            "at": row.opened_at,
            "due_at": row.opened_at,
        }
        shots.append(ours | {"kind": "image", "name": "截图.png", "ref": {}, "path": name, "state": "kept"})
    return shots


def _screen(random: Random) -> NDArray[np.uint8]:
    """Something like the screen of a phone: a bar, some lines, and a box with a message in it."""
    screen = np.full((_HEIGHT, _WIDTH, 3), 247, np.uint8)
    screen[:36] = (30, 120, 210)
    for top in range(54, _HEIGHT - 20, 26):
        screen[top : top + 9, 14 : random.randint(60, _WIDTH - 14)] = (205, 210, 214)
    box = random.randint(90, 150)
    screen[box : box + 92, 18:-18] = (255, 255, 255)
    screen[box : box + 4, 18:-18] = random.choice(((200, 60, 50), (220, 150, 30)))
    for line in range(3):
        screen[box + 18 + line * 16 : box + 26 + line * 16, 30 : random.randint(90, _WIDTH - 34)] = (90, 98, 104)
    screen[box + 70 : box + 84, 60:-60] = (30, 120, 210)
    return screen


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture as a PNG file."""
    height, width, _ = pixels.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
