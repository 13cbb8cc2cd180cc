"""Plain text as WeCom's Markdown: what people wrote must not become markup, a link or a call."""

import re

from bot.channels.splitting import utf8

_MENTION_SAFE = re.compile(r"[\w.@-]{1,64}")
_ANYWHERE = str.maketrans({"*": "＊", "`": "｀"})
"""There is no way to escape on every client, so that signs of markup become their full-width likenesses."""
_RULES = tuple(
    (re.compile(pattern, re.MULTILINE), sign)
    for pattern, sign in (
        (r"<(?=[@/!?a-zA-Z])", "＜"),
        (r"^([ \t]*)>", r"\1＞"),
        (r"^([ \t]*)(#{1,6})(?=\s)", r"\1＃"),
        (r"\](?=[(\[:])", "］"),
        (r"&(?=#?\w{1,32};)", "＆"),
        (r"~~", "～～"),
        (r"(?<![^\W_])_|_(?![^\W_])", "＿"),
        (r"^[ \t]*(?:-[ \t]*){2,}$|^[ \t]*(?:=[ \t]*)+$", "———"),
        (r"^([ \t]*\|?[ \t]*:?)--", r"\1——"),
        (r"^(?: {4,}|[ ]{0,3}\t\s*)", "　"),
    )
)
_HEAD = re.compile(r"^【([^【】\n]+)】", re.MULTILINE)
_GROWS = re.compile(r"[*`<>#\]&~_=|\t-]")
_MOST_GROWTH = 8


def markdown(text: str) -> str:
    """The text as it reads, with its titles in bold."""
    plain = text.translate(_ANYWHERE)
    for pattern, sign in _RULES:
        plain = pattern.sub(sign, plain)
    return _HEAD.sub(r"**【\1】**", plain)


def call(user: str) -> str:
    """Calls somebody in a group; nothing where the name could be anything else."""
    return f"<@{user}>\n" if _MENTION_SAFE.fullmatch(user) else ""


def weight(text: str) -> int:
    """The most bytes that the text can have as Markdown."""
    return utf8(text) + _MOST_GROWTH * (len(_GROWS.findall(text)) + text.count("【"))
