"""One case from the first question to the last word, with the program as it really runs, stopped and killed on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.telegram.office import Office, number_in
from tests.faults.server import RealServer
from tests.telegram import BotApi, Person, SentMessage


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture
def wang(api: BotApi) -> Person:
    return api.person("小王")


@pytest.fixture
def office(api: BotApi, wang: Person, tmp_path: Path) -> Office:
    return Office(api, tmp_path, api.group("客服", [wang]))


@pytest.fixture
def server(office: Office) -> Iterator[RealServer]:
    with RealServer(office.data, office.api, office.staff.id) as server:
        server._environment["HELPDESK_LOG_LEVEL"] = "DEBUG"
        server.start()
        server.await_ready()
        yield server


def test_the_script(office: Office, server: RealServer, wang: Person) -> None:
    anna = office.api.person("Anna")
    step = question_choice_and_steps(office, anna)
    step = restarts(office, server, anna, step)
    number, card = a_ticket(office, anna, step)
    card = details(office, anna, number)
    staff_help(office, anna, wang, number, card)
    solved_and_not(office, anna, wang, number, card)
    good_in_the_end(office, anna, wang, number, card)
    server.stop()
    assert office.rows("SELECT status, helped FROM ticket") == [("closed", 1)]
    assert office.rows("SELECT record, helped FROM feedback") == [("faq-13", 0)]
    assert office.rows("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'dropped')") == [(0,)]
    assert all(office.api.answers(press) is not None for press in office.api.world.callbacks)
    assert office.api.token not in server.log
    assert office.api.token.partition(":")[2] not in server.log
    assert "Traceback" not in server.log


def question_choice_and_steps(office: Office, anna: Person) -> SentMessage:
    anna.says("怎么申请")
    [choice] = office.hears(anna, "你说的是下面哪一种？")
    assert choice.buttons[:3] == ["1. 申请考勤", "2. 联合体怎么考勤", "3. 修改考勤地址"]
    anna.presses(choice, "3. 修改考勤地址")
    [answer] = office.hears(anna, "修改考勤地址\n提交地址修改申请")
    assert answer.buttons[:3] == ["带我一步步做", "有用", "没解决"]
    anna.presses(answer, "带我一步步做")
    [step] = office.hears(anna, "修改考勤地址（第 1/")
    assert step.buttons == ["下一步", "没解决", "重新开始", "退出"]
    return step


def restarts(office: Office, server: RealServer, anna: Person, step: SentMessage) -> SentMessage:
    """What is pressed while the program is away is done when it is back; the step stays in its place."""
    assert server.stop() < 10
    anna.presses(step, "下一步")
    server.start()
    [fork] = office.hears(anna, "主管单位核对通过了吗？")
    assert (fork.id, fork.edits) == (step.id, 1)
    server.kill()
    anna.presses(fork, "还没有，想问主管单位")
    server.start()
    [last] = office.hears(anna, "向主管单位询问核对情况")
    assert (last.id, last.edits) == (step.id, 2)
    office.hears(office.staff)
    return last


def a_ticket(office: Office, anna: Person, step: SentMessage) -> tuple[int, SentMessage]:
    anna.presses(step, "没解决")
    [neighbours] = office.hears(anna, "那看看是不是下面这些情况？")
    office.hears(office.staff)
    anna.presses(neighbours, "转人工")
    [opened] = office.hears(anna, "请告诉我项目名称")
    number = number_in(opened)
    [card] = office.hears(office.staff, f"🔴 工单 {number} · 待认领")
    assert "修改考勤地址" in card.text
    assert "机器人答过：修改考勤地址" in card.text
    assert "Anna" not in card.text
    return number, card


def details(office: Office, anna: Person, number: int) -> SentMessage:
    for words, answer in (
        ("河西二期", "怎么称呼你"),
        ("张三，资料员", "留个联系电话"),
        ("138", "这个号码好像不完整"),
        ("13800001234", f"都记到工单 {number} 里了"),
    ):
        anna.says(words)
        office.hears(anna, answer)
    [card] = office.hears(office.staff, "项目：河西二期\n称呼：张三，资料员\n电话：13800001234\n")
    return card


def staff_help(office: Office, anna: Person, wang: Person, number: int, card: SentMessage) -> None:
    wang.presses(card, "认领")
    [told] = office.hears(anna, f"工作人员已接手你的工单 {number}")
    assert "小王" not in str(told.body)
    office.hears(office.staff, f"🟡 工单 {number} · 处理中（小王）")
    wang.says("主管单位今天下午核对，请三点后再看", office.staff, reply_to=card)
    [told] = office.hears(anna, "👷 工作人员\n主管单位今天下午核对，请三点后再看")
    assert "小王" not in str(told.body)
    office.hears(office.staff, f"🔵 工单 {number} · 等用户回复（小王）", "已发给用户")
    anna.says("好的，我下午再看")
    office.hears(anna)
    office.hears(office.staff, f"🟡 工单 {number} · 处理中（小王）", f"#{number} 用户：好的，我下午再看")
    wang.presses(card, "加备注")
    [prompt] = office.hears(office.staff, f"📝 #{number} 请回复这条消息")
    wang.says("主管单位老李在办", office.staff, reply_to=prompt)
    office.hears(office.staff, "备注已记下，用户看不到")
    office.hears(anna)


def solved_and_not(office: Office, anna: Person, wang: Person, number: int, card: SentMessage) -> None:
    wang.presses(card, "解决")
    [asked] = office.hears(anna, f"工作人员说工单 {number} 处理好了")
    assert asked.buttons == ["解决了", "还是不行"]
    office.hears(office.staff, f"🟢 工单 {number} · 已解决（小王）")
    anna.presses(asked, "还是不行")
    office.hears(anna, f"工单 {number} 已重新打开")
    office.hears(office.staff, f"🔴 ‼️ 工单 {number} · 待认领", "用户说还是不行，工单重新打开")


def good_in_the_end(office: Office, anna: Person, wang: Person, number: int, card: SentMessage) -> None:
    wang.presses(card, "认领")
    office.hears(anna, f"工作人员已接手你的工单 {number}")
    office.hears(office.staff, f"🟡 ‼️ 工单 {number} · 处理中（小王）")
    wang.says("已经核对通过，请管理员重设地址", office.staff, reply_to=card)
    office.hears(anna, "👷 工作人员\n已经核对通过，请管理员重设地址")
    office.hears(office.staff, f"🔵 ‼️ 工单 {number} · 等用户回复（小王）", "已发给用户")
    wang.presses(card, "解决")
    [asked] = office.hears(anna, "现在可以了吗？")
    office.hears(office.staff, f"🟢 ‼️ 工单 {number} · 已解决（小王）")
    anna.presses(asked, "解决了")
    office.hears(anna, f"太好了，工单 {number} 就到这里")
    office.hears(office.staff, f"⚪️ ‼️ 工单 {number} · 已关闭（小王）", "用户确认解决了")
