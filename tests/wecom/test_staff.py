"""The support staff sit in a WeCom group: they type, press, or quote; users hear them wherever they asked."""

import pytest

from bot.channels.wecom.understanding import with_ticket
from tests.wecom.office import LISTED, STAFF, Office


def test_a_case_from_the_call_to_the_end(office: Office) -> None:
    anna = office.friend()
    number, card = office.opens(anna)
    assert list(card.buttons) == ["认领", "解决"]
    office.says("agent1", f"认领 {number}", STAFF)
    office.settle()
    assert "已接手" in office.gateway.to(anna)[-1].text
    office.forget()
    office.says("agent1", f"回复 {number} 请把合同拍给我", STAFF)
    office.settle()
    told = office.gateway.hears(anna, "请把合同拍给我")
    assert told.how == "active", "nobody has just asked"
    assert told.text.startswith("👷 工作人员")
    office.says("agent1", f"解决 {number}", STAFF)
    office.settle()
    assert office.rows("SELECT status FROM ticket WHERE number = ?", number) == [("solved",)]
    office.forget()


def test_a_press_on_the_card_is_a_deed(office: Office) -> None:
    number, card = office.opens(office.friend())
    office.expects(office.gateway.presses("agent2", card, "认领", STAFF))
    office.settle()
    [(status, agent)] = office.rows(
        "SELECT status, agent.name FROM ticket JOIN agent ON agent.id = ticket.agent_id WHERE number = ?", number
    )
    assert (status, agent) == ("claimed", "agent2")
    office.forget()


def test_who_quotes_a_line_need_not_type_its_number(office: Office) -> None:
    anna = office.friend()
    number, _ = office.opens(anna)
    quote = {"msgtype": "text", "text": {"content": f"🔴 工单 {number} · 待认领\n……"}}
    office.expects(office.gateway.says("agent1", "认领", STAFF, quote=quote))
    office.expects(office.gateway.says("agent1", "马上给您看", STAFF, quote=quote))
    office.settle()
    office.gateway.hears(anna, "马上给您看")
    office.forget()


@pytest.mark.parametrize(
    ("text", "quoted", "meant"),
    [
        ("认领", "🔴 工单 1024 · 待认领", "认领 1024"),
        ("解决", "#1024 用户：还是不行", "解决 1024"),
        ("回复 马上就好", "🟡 ‼️ 工单 1024 · 处理中（小王）", "回复 1024 马上就好"),
        ("备注：打过电话", "#1024 用户：在吗", "备注 1024 打过电话"),
        ("马上就好", "🔴 工单 1024 · 待认领", "回复 1024 马上就好"),
        ("认领 1030", "🔴 工单 1024 · 待认领", "认领 1030"),
        ("认领", "我觉得工单 1024 该你来", "认领"),
        ("在吗", "有人吗", "在吗"),
        ("", "🔴 工单 1024 · 待认领", ""),
        ("/tickets", "🔴 工单 1024 · 待认领", "/tickets"),
    ],
)
def test_what_is_typed_about_a_quoted_line(text: str, quoted: str, meant: str) -> None:
    assert with_ticket(text, quoted) == meant


def test_others_may_not(office: Office) -> None:
    anna, ben = office.friend(), office.friend()
    number, _ = office.opens(anna)
    office.says(ben, f"/claim {number}")
    office.settle()
    assert office.rows("SELECT status FROM ticket WHERE number = ?", number) == [("open",)]
    office.says(LISTED, f"认领 {number}")
    office.settle()
    assert office.rows("SELECT status FROM ticket WHERE number = ?", number) == [("claimed",)]
    office.forget()


def test_agents_silence_the_bot_in_a_group(office: Office) -> None:
    site, anna = office.group(), office.friend()
    office.says(anna, "/静音", site)
    office.hears(site, "")
    office.says(LISTED, "/静音", site)
    office.hears(site, "")
    office.says(anna, "岗位选错了怎么办", site)
    office.hears(site)
    office.says(LISTED, "/恢复", site)
    office.hears(site, "")
