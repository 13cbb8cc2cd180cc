import hashlib
import hmac
import re
import time
from pathlib import Path

from bot.channels.http.webhook import SIGNATURE
from kb.base import KnowledgeBase
from tests.api.bridge import Bridge, command, new_key, ticket, until, webhook
from tests.api.conftest import Office
from tests.api.desk import agent_does
from tests.bot.server import serving


def test_what_staff_say_is_fetched(bridge: Bridge, other: Bridge, office: Office) -> None:
    number = ticket(bridge)
    assert bridge.later() == []
    office.agent_does("reply", number, "请先核对岗位")
    [said] = [one for one in until(bridge.later) if one["from"] == "staff"]
    assert "请先核对岗位" in said["text"]
    assert (said["conversation"], said["in_reply_to"]) == ("u1", None)
    assert bridge.later(after=said["id"]) == []
    assert bridge.later(conversation="nobody") == []
    assert said in bridge.later(conversation="u1")
    assert other.later(all=True) == [], "another key's"


def test_waiting_for_it(bridge: Bridge, office: Office) -> None:
    number = ticket(bridge)
    began = time.monotonic()
    assert bridge.later(wait=0.5) == []
    assert 0.4 < time.monotonic() - began < 30
    office.agent_does("reply", number, "马上")
    taken, said = bridge.later(wait=30)
    assert "接手" in taken["text"]
    assert "马上" in said["text"]


def test_the_stream(bridge: Bridge, other: Bridge, office: Office) -> None:
    number, others = ticket(bridge), ticket(other)
    with bridge.listening() as said:
        office.agent_does("reply", others, "不给你")
        office.agent_does("reply", number, "第一句")
        first = next(one for one in said if one["from"] == "staff")
        assert "第一句" in first["text"]
    office.agent_does("reply", number, "断线时说的")
    with bridge.listening(last=first["id"]) as said:
        assert "断线时说的" in next(said)["text"]
        office.agent_does("reply", number, "第三句")
        assert "第三句" in next(said)["text"]


def test_everything_over_the_stream(bridge: Bridge) -> None:
    with bridge.listening(all=True) as said:
        [answer] = bridge.says("考勤地址怎么改")
        assert next(said) == answer


def test_an_answer_nobody_waited_for(bridge: Bridge) -> None:
    pending = bridge.post("考勤地址怎么改", wait=0, idempotency="late")
    if pending.status_code == 202:
        assert pending.json()["pending"]
        [late] = until(bridge.later)
        assert late["in_reply_to"] == pending.json()["message_id"]
    again = bridge.post("考勤地址怎么改", idempotency="late").json()
    assert not again["pending"]
    assert again["replies"][0]["outcome"] == "answer"


def test_a_revoked_key_hears_nothing_more(office: Office) -> None:
    token, _ = new_key(office.data)
    bridge = office.bridge_with(token)
    number = ticket(bridge)
    with bridge.listening() as said:
        command(office.data, "keys", "revoke", token.split("_")[1])
        assert bridge.http.get("/messages").status_code == 401
        assert list(said) == [], "the stream ends"
    office.agent_does("reply", number, "没有人听了")


def test_a_webhook(office: Office) -> None:
    with webhook() as hook:
        token, secret = new_key(office.data, "--webhook", hook.address)
        bridge = office.bridge_with(token)
        number = ticket(bridge)
        office.agent_does("reply", number, "请先核对岗位")
        until(lambda: any("请先核对岗位" in text for text in hook.texts()))
        assert not any("工单" in text and "转" in text for text in hook.texts()), "the direct answer is not sent again"
        headers, body = hook.got[-1]
        at, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers[SIGNATURE]).groups()  # type: ignore[union-attr]
        assert abs(int(at) - time.time()) < 60
        assert signature == hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def test_a_webhook_in_trouble_is_tried_again_in_order(office: Office) -> None:
    with webhook() as hook:
        bridge = office.bridge("--webhook", hook.address)
        number = ticket(bridge)
        hook.answers = [500, 302, 404]
        for text in ("一", "二", "三"):
            office.agent_does("reply", number, f"第{text}句")
        until(lambda: "第三句" in "".join(hook.texts()))
        said = [text for text in hook.texts() if "句" in text]
        assert [re.findall("第.句", text)[0] for text in said] == ["第一句", "第二句", "第三句"]
        assert not any("elsewhere" in headers.get("Path", "") for headers, _ in hook.got)


def test_a_webhook_gets_what_was_said_while_the_program_was_down(base: KnowledgeBase, tmp_path: Path) -> None:
    with webhook() as hook:
        with serving(base, tmp_path) as address:
            bridge = Bridge(address, new_key(tmp_path, "--webhook", hook.address)[0])
            number = ticket(bridge)
            bridge.close()
        agent_does(base, tmp_path, "reply", number, "下班后说的")
        assert hook.got == []
        with serving(base, tmp_path):
            until(lambda: "下班后说的" in "".join(hook.texts()))
