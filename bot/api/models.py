"""What bridges send and get, as the documentation page shows it."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MOST_TEXT = 20_000
MOST_NAME = 64
MOST_IMAGES = 4


def _sound(text: str) -> str:
    """What no database keeps is not taken."""
    if "\0" in text:
        raise ValueError("不能有 NUL 字符（\\u0000）")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("有半个字符（没有配对的 \\ud800–\\udfff）")
    return text


Sound = Annotated[str, AfterValidator(_sound)]
Name = Annotated[Sound, Field(min_length=1, max_length=MOST_NAME)]


class Send(BaseModel):
    """一条用户的消息。"""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    user: Name = Field(description="谁说的：桥那边的账号，群里和私聊里要一样")
    text: Annotated[Sound, Field(max_length=MOST_TEXT)] = Field("", description="说的话，去掉 @机器人")
    conversation: Name | None = Field(None, description="私聊的名字；不写就用 user。群里以 group 为准，可以不写")
    group: Name | bool | None = Field(None, description="群的名字；写 true 表示 conversation 就是群。不写是私聊")
    name: Annotated[Sound, Field(max_length=80)] = Field("", description="用户的称呼")
    mentioned: bool = Field(True, description="群里是不是叫机器人的：@它、回复它、用命令")
    may_command: bool = Field(False, description="是不是群主或管理员，可以 /静音 /恢复")
    images: tuple[Sound, ...] = Field(
        (),
        max_length=MOST_IMAGES,
        strict=False,
        description="图片：http(s) 网址，或 base64（可以带 data:image/…;base64,）",
    )
    id: Annotated[Sound, Field(min_length=1, max_length=200)] | None = Field(
        None, description="这条消息的编号，和 Idempotency-Key 头一样：同一个编号再发一遍，得到同样的答复"
    )


class Button(BaseModel):
    """一个按钮：显示 label，按下去就把 send 当作用户说的话发过来。"""

    label: str
    send: str


class Message(BaseModel):
    """机器人或工作人员说的一句。"""

    model_config = ConfigDict(populate_by_name=True)

    id: int | None = Field(description="号码，只会变大；群管理的提示没有号码")
    at: str | None
    in_reply_to: str | None = Field(description="回答的是哪条消息（它的 message_id）；没有人问就是 null")
    author: Literal["bot", "staff"] = Field(alias="from", description="bot 机器人，staff 工作人员")
    conversation: str
    group: str | None
    user: str | None = Field(description="群里：说给谁的")
    text: str = Field(description="纯文字，可以直接显示")
    outcome: str
    parts: list[dict[str, Any]] = Field(description="同样的内容，分成答案卡片、步骤、选项、电话…")
    buttons: list[Button]


class Answer(BaseModel):
    """答复。pending：已经收下，答复之后从 events、messages 或 webhook 来。"""

    id: str
    message_id: str
    pending: bool
    replies: list[Message]


class Page(BaseModel):
    """之后说的话。last：下次的 after。"""

    messages: list[Message]
    last: int


class Refusal(BaseModel):
    """没有成：error 是给人看的一句话，reference 是出错时的编号。"""

    error: str
    reference: str | None
    problems: list[dict[str, str]] = []
