import pytest

from bot.channels.telegram.form import TelegramForm
from bot.desk.form import Where
from handlers.message import Reply, Text
from kb.base import KnowledgeBase
from tests.telegram.standin import parse_html
from tests.telegram.world import units

LIMIT = 4096
ALONE = Where("7", 1, purpose="staff", ticket=1001, unasked=True)
IN_GROUP = Where("-100/3/7", 1, purpose="staff", ticket=1001, unasked=True)


@pytest.mark.parametrize("where", [Where("7", 1), ALONE, IN_GROUP], ids=["bot", "staff", "staff in a group"])
@pytest.mark.parametrize("text", ["字" * 4096, "字" * 8000, "😀" * 2048, "<&>" * 2000, "好。" * 2050])
def test_whatever_stands_above_a_text_it_fits(where: Where, text: str, base: KnowledgeBase) -> None:
    posts = TelegramForm().to_user(where, (Reply("answer", (Text(text),)),), base.knowledge.wording)
    seen = [parse_html(post.payload["html"])[0] for post in posts]
    assert all(units(one) <= LIMIT for one in seen)
    assert "".join(seen).endswith(text)
    assert [one.count("工作人员") for one in seen] == [int(where.purpose == "staff"), *[0] * (len(seen) - 1)]
