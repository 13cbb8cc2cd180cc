import pytest

from kb.base import KnowledgeBase
from tests.handlers.talk import Talk


@pytest.mark.parametrize(
    "typed",
    ["2", "第二个", "②", "２", "第2个", "二", "选2", "2.", "第二个吧", "我选2", "２。", "第 2 项", "两"],
)
def test_the_second_of_a_list(typed: str, talk: Talk) -> None:
    offered = talk.says("登录失败")
    assert offered.outcome == "choices"
    said = talk.says(typed)
    assert (said.outcome, said.records) == ("answer", offered.records[1:2])


def test_by_its_label(base: KnowledgeBase) -> None:
    offered = Talk(base).says("登录失败")
    assert len(offered.items) >= 2
    for item, record in zip(offered.items, offered.records, strict=True):
        talk = Talk(base)
        talk.says("登录失败")
        assert talk.says(item.label).records == (record,)


def test_by_a_label_that_is_nearly_right(talk: Talk) -> None:
    talk.says("登录失败")
    assert talk.says("不在建委平台人员信息").records == ("prompt-02",)


@pytest.mark.parametrize("typed", ["5", "0", "第九个", "99", "⑨"])
def test_out_of_range(typed: str, talk: Talk) -> None:
    offered = talk.says("登录失败")
    said = talk.says(typed)
    assert said.outcome == "choices"
    assert said.records == offered.records
    assert f"1 到 {len(offered.items)}" in said.text
    assert talk.says("1").records == offered.records[:1], "the list stays"


@pytest.mark.parametrize("typed", ["1", "第二个", "②", "９"])
def test_a_number_without_a_list(typed: str, talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says(typed)
    assert (said.outcome, said.text) == ("smalltalk", base.knowledge.wording.no_list)


@pytest.mark.parametrize("typed", ["都不是", "都不对", "没有我要的", "以上都不是", "不是这些"])
def test_none_of_these(typed: str, talk: Talk) -> None:
    talk.says("登录失败")
    said = talk.says(typed)
    assert said.outcome == "unknown"
    assert said.labels == ("主管部门电话", "转人工")
    assert talk.says("1").outcome == "smalltalk", "the list is gone"


def test_a_fuller_description_after_none_of_these(talk: Talk) -> None:
    talk.says_all(["登录失败", "都不是"])
    assert talk.says("它让我做身份证验证，我不知道在哪").records == ("prompt-04",)


def test_a_list_has_two_to_four_records(base: KnowledgeBase) -> None:
    seen = 0
    for question in ("登录失败", "登录", "打卡", "考勤", "提示", "不能打卡", "管理员", "核对", "扫码"):
        said = Talk(base).says(question)
        if said.outcome == "choices":
            seen += 1
            assert 1 <= len(said.records) <= 4
            assert tuple(item.send.rpartition("#")[2] for item in said.items) == said.records
    assert seen >= 3


def test_a_button_of_an_older_list_means_what_it_said(talk: Talk) -> None:
    first = talk.says("登录失败").items[0]
    talk.says_all(["分包单位要不要考勤", "没解决"])
    said = talk.says(first.send)
    assert said.records == (first.send.rpartition("#")[2],)


def test_a_number_counts_for_the_latest_list(talk: Talk) -> None:
    first = talk.says("登录失败").records
    second = talk.says_all(["分包单位要不要考勤", "没解决"])
    assert second.outcome == "choices"
    assert second.records != first
    assert talk.says("1").records == second.records[:1]


@pytest.mark.parametrize("typed", ["666", "886", "88"])
def test_sayings_of_digits(typed: str, talk: Talk, base: KnowledgeBase) -> None:
    assert talk.says(typed).text in (base.knowledge.wording.chat_praise, base.knowledge.wording.chat_bye)
