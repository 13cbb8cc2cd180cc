"""The staff in a QQ group of theirs: they type, the user hears; whichever account brings the news."""

import pytest

from tests.onebot.client import PATH, Bridge
from tests.onebot.office import STAFF, Office

WANG = 555
CHEN = 556


def _opens(office: Office, user: int, group: int | None = None) -> tuple[int, int]:
    """A user asks for a person: the ticket and the number of its card's message."""
    office.says(user, "转人工", group)
    office.settle()
    number = office.ticket()
    card = office.bridge.hears(None, f"工单 {number}", STAFF)
    office.forget()
    return number, card.number


def _staff(office: Office, user: int, words: str, reply: int | None = None) -> None:
    office.says(user, words, STAFF, mention=False, reply=reply)
    office.settle()


def test_claim_reply_solve(office: Office) -> None:
    anna = office.friend()
    number, _ = _opens(office, anna)
    _staff(office, WANG, f"认领 {number}")
    office.bridge.hears(anna, f"工作人员已接手你的工单 {number}")
    _staff(office, WANG, f"回复 {number} 请先退出再登录")
    assert office.bridge.hears(anna, "请先退出再登录").text.startswith("👷 工作人员")
    office.says(anna, "还是登不上")
    office.bridge.hears(None, f"#{number} 用户：还是登不上", STAFF)
    _staff(office, CHEN, f"解决 {number}")
    office.bridge.hears(anna, "处理好了")
    office.forget()


def test_a_reply_to_the_card_is_a_reply_to_the_user(office: Office) -> None:
    anna = office.friend()
    number, card = _opens(office, anna)
    _staff(office, WANG, "换个手机试试", reply=card)
    office.bridge.hears(anna, "换个手机试试")
    _staff(office, CHEN, "中午吃什么")
    _staff(office, CHEN, "解决 不了")
    assert not [one for one in office.bridge.to(anna) if "中午" in one.text]
    assert office.rows("SELECT status FROM ticket WHERE number = ?", number)[0][0] == "waiting"
    office.forget()


def test_who_asked_in_a_group_is_called_there(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    number, _ = _opens(office, anna, site)
    _staff(office, WANG, f"回复 {number} 马上来看")
    said = office.bridge.hears(anna, "马上来看", site)
    assert said.called == (anna,)
    office.forget()


def test_the_groups_number_can_be_asked_for(office: Office) -> None:
    site = office.group()
    office.says(WANG, "/id", site)
    office.hears(WANG, str(site), group=site)


def test_two_accounts_in_the_staffs_group_do_a_command_once(office: Office) -> None:
    anna = office.friend()
    with Bridge(office.url + PATH, 10_031) as other:
        other.add_group(STAFF)
        number, _ = _opens(office, anna)
        other.says(WANG, f"认领 {number}", STAFF, mention=False)
        _staff(office, WANG, f"认领 {number}")
        assert len(office.rows("SELECT 1 FROM audit WHERE ticket = ? AND action = 'claim'", number)) == 1
        assert not other.sent
    office.forget()


def test_when_one_account_goes_another_brings_the_news(office: Office) -> None:
    anna = office.friend()
    with Bridge(office.url + PATH, 10_032) as other:
        other.add_group(STAFF)
        other.until(lambda: any(action == "get_group_list" for action, _ in other.calls))
        number, _ = _opens(office, anna)
        office.bridge.stop()
        office.until_state("没有连接")
        other.says(WANG, f"回复 {number} 换个账号也能回", STAFF, mention=False)
        other.hears(None, "已发给用户", STAFF)
        office.bridge.start()
        office.bridge.connected()
        office.bridge.hears(anna, "换个账号也能回")
    office.settle()
    office.forget()


@pytest.mark.parametrize("words", ["认领", "认领 9999999", "回复 abc 你好", "解决 1"])
def test_odd_commands(office: Office, words: str) -> None:
    _staff(office, WANG, words)
    office.forget()


def test_news_for_the_staff_wait_until_an_account_is_in_their_group(office: Office) -> None:
    anna = office.friend()
    del office.bridge.groups[STAFF]
    office.bridge.cut()
    with Bridge(office.url + PATH, 10_033) as elsewhere:
        elsewhere.add_group(1)
        office.until_state("没有能用的账号在客服群")
        office.says(anna, "转人工")
        office.bridge.hears(anna, "已经登记")
        office.bridge.add_group(STAFF)
        joined = {"post_type": "notice", "notice_type": "group_increase", "self_id": 10_001, "user_id": 10_001}
        office.bridge.push(joined | {"group_id": STAFF})
        office.bridge.hears(None, f"工单 {office.ticket()}", STAFF)
        assert not elsewhere.sent
    office.settle()
    office.forget()
