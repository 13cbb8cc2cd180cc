"""What hurry, keyboards, dictation and cameras do to a sentence: made by rule, so that fitting sees it and editors need not write it.

Deterministic: the same sentence and seed give the same noise, so that the same content gives the same fit.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

from kb.phonetic import fold, syllable

_OPENERS = (
    "那个我想问一下啊",
    "你好请问",
    "师傅问一下",
    "老师您好",
    "就是说",
    "急急急",
    "我是工地上的资料员",
    "领导让我来问问",
    "早上刚到工地",
    "我们这个项目啊",
    "不好意思打扰了",
    "问了一圈没人知道",
    "在线等",
    "麻烦帮忙看看",
)
_CLOSERS = (
    "啊",
    "呢",
    "怎么弄",
    "咋整",
    "谢谢",
    "急",
    "麻烦讲一下",
    "怎么回事啊",
    "有人知道吗",
    "求解",
    "都搞半天了",
    "大家都是怎么弄的",
)


class Noise:
    """Makes noisy versions of sentences out of the characters the content itself uses."""

    def __init__(self, texts: Sequence[str], segment: Callable[[str], list[str]]) -> None:
        """``texts`` give the characters that misspellings are made of."""
        self._segment = segment
        alike: defaultdict[str, set[str]] = defaultdict(set)
        for char in sorted(set("".join(texts))):
            if syllable(char):
                alike[fold(syllable(char))].add(char)
        self._alike = {sound: sorted(chars) for sound, chars in alike.items()}
        self._any = sorted({char for chars in alike.values() for char in chars})

    def versions(self, text: str, seed: str) -> list[str]:
        """The sentence misspelt, misread, broken off, typed in pinyin and wrapped in talk."""
        random = Random(f"{seed}\0{text}")
        makers = (self.misspelt, self.misread, self.broken_off, self.in_pinyin, self.wrapped)
        made = (make(text, random) for make in makers)
        return [version for version in dict.fromkeys(made) if version and version != text]

    def misspelt(self, text: str, random: Random) -> str:
        """A quarter of the characters as others of the same sound."""
        return self._exchange(text, random, 0.25, lambda char: self._alike.get(fold(syllable(char)), [char]))

    def misread(self, text: str, random: Random) -> str:
        """An eighth of the characters as any others."""
        return self._exchange(text, random, 0.125, lambda _: self._any)

    def broken_off(self, text: str, random: Random) -> str:
        """The sentence without its last third or its first."""
        cut = max(2, round(len(text) * random.uniform(0.55, 0.8)))
        return text[:cut] if random.random() < 0.7 else text[-cut:]

    def in_pinyin(self, text: str, random: Random) -> str:
        """The words in pinyin, with a space between some of them."""
        spelt = ("".join(syllable(char) or char for char in word) for word in self._segment(text))
        return "".join(word + (" " if random.random() < 0.6 else "") for word in spelt).strip()

    def wrapped(self, text: str, random: Random) -> str:
        """The sentence as people dictate it, with something said before and after."""
        return f"{random.choice(_OPENERS)}{text}{random.choice(_CLOSERS)}"

    @staticmethod
    def _exchange(text: str, random: Random, share: float, others: Callable[[str], Sequence[str]]) -> str:
        return "".join(
            random.choice(others(char)) if syllable(char) and random.random() < share else char for char in text
        )
