import re
from concurrent.futures import ThreadPoolExecutor

from bot.present import present
from kb.base import KnowledgeBase
from tests.api.bridge import Bridge
from tests.api.conftest import Office
from tests.handlers.talk import Talk

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_a_conversation(bridge: Bridge, base: KnowledgeBase) -> None:
    talk = Talk(base)
    for text in ("考勤地址怎么改", "带我一步步做", "下一步", "江宁的地铁项目打哪个电话"):
        said = bridge.says(text)
        expected = [present(reply) for reply in talk.says(text).replies]
        assert [{name: one[name] for name in ("outcome", "parts", "buttons")} for one in said] == expected, text
        assert all(one["text"] for one in said)


def test_who_and_where(bridge: Bridge) -> None:
    [alone] = bridge.says("你好", user="张三", conversation="聊天/1%2F")
    assert (alone["conversation"], alone["group"], alone["from"]) == ("聊天/1%2F", None, "bot")
    [in_group] = bridge.says("考勤地址怎么改", user="张/三", group="群.一")
    assert (in_group["conversation"], in_group["group"], in_group["user"]) == ("群.一", "群.一", "张/三")
    [again] = bridge.says("考勤地址怎么改", user="李四", conversation="群 二", group=True)
    assert (again["group"], again["user"]) == ("群 二", "李四")


def test_private_conversations_are_apart(bridge: Bridge, other: Bridge) -> None:
    bridge.says("考勤地址怎么改", user="u1")
    bridge.says("带我一步步做", user="u1")
    for who, user in ((bridge, "u2"), (other, "u1")):
        [lost] = who.says("下一步", user=user)
        assert lost["outcome"] != "steps"
    assert bridge.says("下一步", user="u1")[0]["outcome"] == "steps"


def test_a_group(bridge: Bridge) -> None:
    assert bridge.says("考勤地址怎么改", group="g", mentioned=False) == []
    assert bridge.says("考勤地址怎么改", group="g")[0]["outcome"] == "answer"
    bridge.says("带我一步步做", group="g")
    assert bridge.says("下一步", group="g", user="u2")[0]["outcome"] != "steps"
    assert bridge.says("", group="g", user="u3") != [], "only the name: somebody looks whether anybody is there"
    [refused] = bridge.says("/静音", group="g")
    assert refused["id"] is None
    [muted] = bridge.says("/静音", group="g", user="boss", may_command=True)
    assert "静音" in muted["text"] or "不" in muted["text"]
    assert bridge.says("停工了还要打卡吗", group="g") == []
    assert bridge.says("停工了还要打卡吗", group="g2") != []


def test_the_same_message_again(bridge: Bridge) -> None:
    first = bridge.post("转人工", idempotency="once")
    again = bridge.post("转人工", idempotency="once")
    assert first.json() == again.json()
    assert first.json()["replies"][0]["outcome"] == "escalate"
    by_field = bridge.http.post("/messages", json={"user": "u1", "text": "转人工", "id": "once"})
    assert by_field.json() == first.json()
    assert len(re.findall("工单", str(bridge.later(all=True)))) == len(re.findall("工单", str(first.json()["replies"])))


def test_the_same_message_at_the_same_time(bridge: Bridge) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: bridge.post("转人工", idempotency="at once").json(), range(8)))
    assert all(one == said[0] for one in said)
    assert said[0]["replies"]


def test_a_picture_at_the_same_time(bridge: Bridge, office: Office) -> None:
    before = len(list((office.data / "files").glob("api-*")))
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: bridge.post("看图", images=[PNG], idempotency="pictures").json(), range(8)))
    assert all(one == said[0] for one in said)
    assert len(list((office.data / "files").glob("api-*"))) == before + 1, "kept once"


def test_the_same_number_for_another_message(bridge: Bridge) -> None:
    bridge.post("考勤地址怎么改", idempotency="one")
    conflict = bridge.post("登录失败", idempotency="one")
    assert conflict.status_code == 422
    assert "Idempotency-Key" in conflict.json()["error"]


def test_the_same_number_of_another_key(bridge: Bridge, other: Bridge) -> None:
    first = bridge.post("考勤地址怎么改", idempotency="mine").json()
    second = other.post("登录失败", idempotency="mine").json()
    assert first["message_id"] != second["message_id"]
    assert first["replies"][0]["text"] != second["replies"][0]["text"]


def test_a_picture(bridge: Bridge, office: Office) -> None:
    before = len(list((office.data / "files").glob("api-*.png")))
    broken = "\n".join(PNG[start : start + 76] for start in range(0, len(PNG), 76))
    assert bridge.says("", images=[f"{broken}\n"]) != []
    assert bridge.says("这个提示怎么办", images=[f"data:image/png;base64,{PNG}", "https://example.com/shot.png"]) != []
    assert len(list((office.data / "files").glob("api-*.png"))) == before + 2
    first = bridge.post("看图", images=[PNG], idempotency="picture").json()
    assert bridge.post("看图", images=[PNG], idempotency="picture").json() == first
    assert len(list((office.data / "files").glob("api-*.png"))) == before + 3, "kept once"


def test_what_users_may_not(bridge: Bridge) -> None:
    [refused] = bridge.says("/claim 1024")
    assert refused["text"]
