"""What an update has to look like before anything is done with it; an odd one is put aside whole."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

_Id = Annotated[int, Field(ge=-(2**52), le=2**52)]
_Time = Annotated[int, Field(ge=0, le=2**32)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _User(_Shape):
    id: _Id
    first_name: str
    last_name: str | None = None
    username: str | None = None


class _Chat(_Shape):
    id: _Id
    type: str
    username: str | None = None


class _Entity(_Shape):
    type: str
    offset: _Id
    length: _Id
    user: _User | None = None


class _File(_Shape):
    file_id: str
    width: _Id = 0
    height: _Id = 0
    file_size: _Id | None = None
    file_name: str | None = None
    mime_type: str | None = None


class _Message(_Shape):
    message_id: _Id
    date: _Time
    chat: _Chat
    sender: _User | None = Field(None, alias="from")
    text: str | None = None
    caption: str | None = None
    entities: list[_Entity] | None = None
    caption_entities: list[_Entity] | None = None
    message_thread_id: _Id | None = None
    is_topic_message: bool | None = None
    migrate_to_chat_id: _Id | None = None
    reply_to_message: "_Message | None" = None
    photo: list[_File] | None = None
    document: _File | None = None
    video: _File | None = None
    audio: _File | None = None
    voice: _File | None = None


class _Press(_Shape):
    id: str
    sender: _User = Field(alias="from")
    data: str | None = None
    message: _Message | None = None


class _Member(_Shape):
    status: str


class _Change(_Shape):
    chat: _Chat
    sender: _User = Field(alias="from")
    old_chat_member: _Member
    new_chat_member: _Member


class _Update(_Shape):
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Change | None = None


_UPDATE = TypeAdapter(_Update)


def oddity(update: dict[str, Any]) -> str | None:
    """Where an update is not as the Bot API describes it; None where nothing is wrong."""
    try:
        _UPDATE.validate_python(update)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except RecursionError:
        return "nested without end"
    return None
