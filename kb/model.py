"""What the knowledge is made of: frozen values, exactly as the content files write them.

Every class mirrors one mapping of a file in ``kb/content``; unknown keys are rejected. ``docs/content.md`` explains the
fields to an editor.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from kb.pictures import is_name

End = Literal["solved", "contact", "ticket"]
Asking = Literal["project_type", "district", "either", "detail"]


class Frozen(BaseModel):
    """A value that cannot change and knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_min_length=1)


def _picture(text: str) -> str:
    if not is_name(text):
        raise PydanticCustomError(
            "picture_name", "图片名由程序起：在控制台上传，或者运行 main.py kb picture 文件，照它给的名字写"
        )
    return text


class Option(Frozen):
    """One way out of a fork: the words on the button, and the step or record it leads to.

    ``onward``: the ordinary way on, taken by 下一步.
    """

    label: str
    goto: str
    onward: bool = False


class Step(Frozen):
    """One action of a procedure. Without ``next``, ``options`` or ``end`` the step below it follows.

    ``image``: the name of a picture. ``closing``: only closes the walk (“提示还在吗？”); not counted, and left out where the procedure is listed.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    text: str
    detail: str | None = None
    warning: str | None = None
    image: Annotated[str, AfterValidator(_picture)] | None = None
    next: str | None = None
    options: tuple[Option, ...] = ()
    end: End | None = None
    closing: bool = False


class Answer(Frozen):
    """The answer in parts: what most people need, then further facts, then what goes wrong otherwise."""

    short: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Phrasing(Frozen):
    """One way to ask; ``also`` names other records that answer it just as well."""

    text: str
    also: tuple[str, ...] = ()


class Record(Frozen):
    """A question of part one or a prompt of part two of the source document, with its answer."""

    id: str = Field(pattern=r"^(faq|prompt)-\d\d+$")
    title: str = Field(max_length=16)
    question: str
    source: str
    screen: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    answer: Answer
    steps: tuple[Step, ...] = ()
    related: tuple[str, ...] = ()
    fuller: str | None = None
    phrasings: tuple[Phrasing, ...] = ()

    @field_validator("phrasings", mode="before")
    @classmethod
    def _plain_phrasings(cls, value: object) -> object:
        """Let an editor write a phrasing as a bare line; only shared ones need the longer form."""
        if not isinstance(value, list):
            return value
        return [{"text": item} if isinstance(item, str) else item for item in value]


class Contact(Frozen):
    """An authority's telephone line. ``phones`` stand as the document has them, without an area code."""

    id: str = Field(pattern=r"^contact-[a-z-]+$")
    name: str
    label: str
    phones: tuple[str, ...] = Field(min_length=1)
    qq_groups: tuple[str, ...] = ()
    project_types: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    asked_by_name: bool = False
    aliases: tuple[str, ...] = ()


class District(Frozen):
    """A district of Nanjing, what people call it, and its line (none for some)."""

    name: str
    aliases: tuple[str, ...] = ()
    typos: tuple[str, ...] = ()
    contact: str | None = None
    places: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


class Overlap(Frozen):
    """Places where two districts' responsibilities meet: the document does not say who answers, so both are offered."""

    names: tuple[str, ...]
    contacts: tuple[str, ...]
    why: str
    ambiguous: tuple[str, ...] = ()


class ProjectType(Frozen):
    """A kind of works, the everyday words that tell it, and its line.

    ``objects``: what is built, in one character; counts behind a verb of building (修, 建 …).
    """

    id: str
    name: str
    contact: str
    words: tuple[str, ...]
    typos: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


class TypeOverride(Frozen):
    """Which project type wins where the words of several stand in one message."""

    when: tuple[str, ...]
    over: tuple[str, ...]
    wins: str


class Term(Frozen):
    """A term of the field and the other ways people write it; an alias is rewritten to the term."""

    term: str
    aliases: tuple[str, ...] = ()


class Lexicon(Frozen):
    """The field's vocabulary."""

    terms: tuple[Term, ...] = ()
    words: tuple[str, ...] = ()
    confusions: dict[str, str] = {}
    vague: tuple[str, ...] = ()


class Topic(Frozen):
    """Something people ask and the document does not answer."""

    id: str = Field(pattern=r"^oos-[a-z0-9-]+$")
    title: str
    near: bool
    say: str
    turn_to: Literal["contact", "desk", "none"]
    phrasings: tuple[str, ...]


class Intent(Frozen):
    """Something people say to the bot itself."""

    id: str
    kind: Literal["command", "chat", "routing"]
    phrasings: tuple[str, ...]


class Golden(Frozen):
    """A question with its accepted outcome; guards every change, never used for fitting."""

    q: str
    kind: str
    accept: tuple[str, ...] | None = None
    contacts: tuple[str, ...] | None = None
    ask: Asking | None = None


class EditorNote(Frozen):
    """Where the source contradicts itself or is unclear: told to the editor, never smoothed over."""

    about: tuple[str, ...]
    where: str | tuple[str, ...]
    note: str


class Divisions(Frozen):
    """Generated: sub-districts of Nanjing by district, and names of places that are not in Nanjing."""

    nanjing: dict[str, tuple[str, ...]]
    elsewhere: tuple[str, ...]
