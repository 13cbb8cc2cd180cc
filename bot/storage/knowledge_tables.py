"""The tables of the knowledge: published revisions, their compiled files, drafts, and pictures of steps."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from bot.storage.tables import Instant, _id, metadata

knowledge_revision = Table(
    "knowledge_revision",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("author", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("overlay", JSON, nullable=False),
    Column("bases", JSON, nullable=False),
    Column("difference", JSON, nullable=False),
    Column("golden", JSON),
    Column("compiled", String(40), nullable=False),
)
"""``overlay``: file name → text or null; ``bases``: file name → digest of the base file the text was made over.

``kind``: edit, import or rollback; ``golden``: how many golden questions there were and how many were right, before and
after; ``compiled``: the name of the compiled file that was checked.
"""

knowledge_compiled = Table(
    "knowledge_compiled",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("ix_knowledge_compiled_revision", "revision"),
)
"""Compiled files, packed. The name tells content, program and fit apart: after an upgrade a revision has another one."""

knowledge_draft = Table(
    "knowledge_draft",
    metadata,
    _id(),
    Column("author", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("overlay", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_knowledge_draft_author", "author"),
)
"""What an editor is working on. ``version`` counts its changes, so that two windows do not overwrite each other."""

knowledge_picture = Table(
    "knowledge_picture",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("author", String(80), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Pictures of steps. The name is made of the bytes, so a row never changes; revisions, drafts and nodes share it."""
