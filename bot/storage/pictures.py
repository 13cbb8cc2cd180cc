"""Pictures of steps, so that every node has them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.knowledge_tables import knowledge_picture


@dataclass(frozen=True, slots=True)
class Picture:
    """``name``: made of the bytes in ``data``, with what they are behind the dot; ``width`` and ``height``: pixels."""

    name: str
    width: int
    height: int
    data: bytes


async def keep(tx: AsyncConnection, picture: Picture, author: str, now: datetime) -> bool:
    """Keep a picture; False where it is there already, whoever brought it."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    values = {"name": picture.name, "width": picture.width, "height": picture.height, "data": picture.data}
    query = (
        build(knowledge_picture)
        .values(**values, author=author, at=now)
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(knowledge_picture.c.name)
    )
    return (await tx.execute(query)).first() is not None


async def data(tx: AsyncConnection, name: str) -> bytes | None:
    """The bytes of a picture."""
    return await tx.scalar(select(knowledge_picture.c.data).where(knowledge_picture.c.name == name))


async def names(tx: AsyncConnection) -> frozenset[str]:
    """All pictures there are."""
    return frozenset((await tx.execute(select(knowledge_picture.c.name))).scalars())
