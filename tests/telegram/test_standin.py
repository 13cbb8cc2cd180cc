import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import httpx
import pytest
from telegram import Bot, BotCommand, ReactionTypeEmoji, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from tests.telegram import WRONG_SHAPE, BotApi, Group, Json, Person

GONE = 404


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture
def anna(api: BotApi) -> Person:
    return api.person("Anna")


def updates(api: BotApi, **params: Any) -> list[Json]:
    return list(api.call("getUpdates", **params)["result"])


def kinds(found: list[Json]) -> list[str]:
    return [kind for one in found for kind in one if kind != "update_id"]


def refused(api: BotApi, method: str, **params: Any) -> str:
    return str(api.call(method, **params)["description"]).removeprefix("Bad Request: ")


def say(api: BotApi, text: str = "你好", **params: Any) -> Json:
    return dict(api.call("sendMessage", text=text, **params)["result"])


def ask(api: BotApi, work: Callable[[Bot], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        plain = HTTPXRequest(httpx_kwargs={"trust_env": False})
        async with Bot(api.token, f"{api.url}/bot", f"{api.url}/file/bot", request=plain) as bot:
            return await work(bot)

    return asyncio.run(run())


def keyboard(label: str = "好", data: str = "1") -> Json:
    return {"inline_keyboard": [[{"text": label, "callback_data": data}]]}


@contextmanager
def polling(api: BotApi) -> Iterator[Callable[[], Json]]:
    """A getUpdates that waits while the block runs, and what it got."""
    with ThreadPoolExecutor() as pool:
        before = len(api.calls_of("getUpdates"))
        poll = pool.submit(api.call, "getUpdates", timeout=20)
        api.until(lambda: len(api.calls_of("getUpdates")) > before)
        time.sleep(0.1)
        yield lambda: poll.result(5)


def test_updates_stay_until_confirmed_and_are_of_the_wanted_kind(api: BotApi, anna: Person) -> None:
    for text in ("一", "二", "三"):
        anna.says(text)
    assert [one["message"]["text"] for one in updates(api)] == ["一", "二", "三"]
    first = api.pending[0]["update_id"]
    assert len(updates(api, limit=2)) == 2
    found = [[one["update_id"] - first for one in updates(api, offset=at)] for at in (first + 1, 0, -1, first + 3)]
    assert found == [[1, 2], [1, 2], [2], []]
    assert updates(api, allowed_updates=["callback_query"]) == []
    anna.says("不要的")
    anna.presses(say(api, chat_id=anna.id, reply_markup=keyboard()), "好")
    [seen] = updates(api)
    assert kinds([seen]) == ["callback_query"]
    api.push(seen)
    assert [updates(api, offset=seen["update_id"] + 1) for _ in range(2)] == [[seen], []]


def test_a_poll_waits_for_an_update_or_another_call(api: BotApi, anna: Person) -> None:
    with polling(api) as got:
        anna.says("在吗")
        assert got()["result"][0]["message"]["text"] == "在吗"
    began = time.monotonic()
    assert updates(api, offset=api.pending[0]["update_id"] + 1, timeout=1) == []
    assert time.monotonic() - began > 0.9
    for second, words in {"getUpdates": "other getUpdates request; make sure", "setWebhook": "setWebhook"}.items():
        with polling(api) as got:
            assert api.call(second, url="http://127.0.0.1:9/")["ok"]
            assert got()["error_code"] == 409
            assert f"Conflict: terminated by {words}" in got()["description"]


class Receiver(BaseHTTPRequestHandler):
    """Takes updates, the first of them badly."""

    got: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.got.append((self.headers["x-telegram-bot-api-secret-token"], body["message"]["text"]))
        status = b"500 Oh" if len(self.got) == 1 else b"200 OK"
        self.wfile.write(b"HTTP/1.0 " + status + b"\r\ncontent-length: 0\r\n\r\n")


def test_a_webhook_gets_updates_in_order(api: BotApi, anna: Person) -> None:
    anna.says("旧的")
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/hook"
        assert api.call("setWebhook", url=url, secret_token="s3cret", drop_pending_updates=True)["ok"]
        anna.says("一")
        anna.says("二")
        api.until(lambda: not api.pending)
        server.shutdown()
    assert Receiver.got == [("s3cret", "一"), ("s3cret", "一"), ("s3cret", "二")]
    assert api.call("getUpdates")["error_code"] == 409
    assert "500" in api.call("getWebhookInfo")["result"]["last_error_message"]
    assert api.call("deleteWebhook")["ok"]
    assert (api.call("getWebhookInfo")["result"]["url"], updates(api)) == ("", [])


BUTTONS = [keyboard(data="字" * 22), keyboard(data=""), keyboard(label=""), "{"]


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        *[("sendMessage", {"text": text}, "message text is empty") for text in ("", None)],
        *[("sendMessage", {"text": text}, "message is too long") for text in ("字" * 4097, "😀" * 2049)],
        *[("sendMessage", {"chat_id": chat}, "chat not found") for chat in (GONE, "@nobody")],
        *[("sendMessage", {"reply_markup": keys}, "BUTTON_DATA_INVALID") for keys in BUTTONS[:2]],
        ("sendMessage", {"reply_markup": BUTTONS[2]}, "inline keyboard button text must be non-empty"),
        ("sendMessage", {"reply_markup": BUTTONS[3]}, "can't parse reply markup JSON object"),
        ("sendMessage", {"reply_parameters": {"message_id": GONE}}, "message to be replied not found"),
        ("sendMessage", {"message_thread_id": GONE}, "message thread not found"),
        ("editMessageText", {"message_id": 1}, "message can't be edited"),
        ("editMessageText", {"message_id": GONE}, "message to edit not found"),
        ("editMessageReplyMarkup", {"message_id": GONE}, "message to edit not found"),
        ("deleteMessage", {"message_id": GONE}, "message to delete not found"),
        ("copyMessage", {"message_id": GONE, "from_chat_id": 7}, "message to copy not found"),
        ("forwardMessage", {"message_id": GONE, "from_chat_id": 7}, "message to forward not found"),
        ("sendPhoto", {"photo": "AgAC"}, "wrong remote file identifier specified: Wrong string length"),
        ("getFile", {"file_id": "AgAC"}, "wrong file_id or the file is temporarily unavailable"),
        ("getChatMember", {"user_id": GONE}, "user not found"),
        ("createForumTopic", {"name": "x"}, "the chat is not a forum"),
        ("sendChatAction", {"action": "think"}, "wrong parameter action in request"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "砖"}]}, "REACTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setWebhook", {"url": "nowhere"}, "bad webhook: invalid webhook URL specified"),
        ("answerCallbackQuery", {"callback_query_id": "7"}, "query is too old and response timeout expired or query"),
    ],
)
def test_what_is_refused(api: BotApi, method: str, params: Json, description: str) -> None:
    anna = api.person("Anna", id=7)
    anna.says("一")
    say(api, chat_id=7)
    assert refused(api, method, **{"chat_id": 7, "text": "x", **params}).startswith(description)
    assert len(api.messages(anna)) == 1


def test_html_that_cannot_be_read(api: BotApi, anna: Person) -> None:
    for html, wrong in (
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("好<p>x</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ):
        said = refused(api, "sendMessage", chat_id=anna.id, text=html, parse_mode="HTML")
        assert said == f"can't parse entities: {wrong}"


def test_addresses(api: BotApi) -> None:
    unknown = ("/bot123456:TEST/getNothing", "/botTEST/getMe", "/elsewhere", "/file/bot123456:TEST/photos/none.jpg")
    known = {"/bot654321:OTHER/getMe": 401, "/bot123456:TEST/GETME": 200}
    for path, status in {**dict.fromkeys(unknown, 404), **known}.items():
        response = httpx.get(api.url + path, trust_env=False)
        assert (response.status_code, response.json()["ok"]) == (status, status == 200), path


def test_what_is_sent_is_there(api: BotApi, anna: Person) -> None:
    html = "见 <a href='https://a.example/'>这里</a>，1 &lt; 2 &nbsp; &#8364;<blockquote expandable>长</blockquote>\n"
    reply = ReplyParameters(anna.says("一")["message_id"])
    sent = ask(api, lambda bot: bot.send_message(anna.id, html, "HTML", reply_parameters=reply))
    assert sent.text == "见 这里，1 < 2 &nbsp; €长"
    assert next((one.type, one.offset, one.length) for one in sent.entities) == ("text_link", 2, 2)
    found = anna.says("😀 @helpdesk_bot /go")["entities"]
    assert [(one["offset"], one["length"]) for one in found] == [(3, 13), (17, 3)]
    there = api.wait_for(anna, lambda message: message.text == sent.text)
    assert (there.html, there.reply_to, there.kind) == (html, reply.message_id, "text")
    with pytest.raises(AssertionError, match=r"no 2 messages after 0.1 s.*\n.*见 这里"):
        api.wait(anna, count=2, timeout=0.1)


def test_an_edit_shows(api: BotApi, anna: Person) -> None:
    sent = say(api, chat_id=anna.id, reply_markup=keyboard())
    place = {"chat_id": anna.id, "message_id": sent["message_id"]}
    same = refused(api, "editMessageText", text=" 你好 ", reply_markup=json.dumps(keyboard()), **place)
    assert same.startswith("message is not modified: specified new message content and reply markup are exactly")
    assert api.call("editMessageReplyMarkup", **place)["ok"]
    assert api.call("editMessageText", text="再见", **place)["ok"]
    assert [(one.text, one.buttons, one.edits) for one in api.messages(anna)] == [("再见", [], 2)]
    assert api.call("deleteMessage", **place)["ok"]
    assert api.messages(anna) == []


def test_a_press_is_answered(api: BotApi, anna: Person) -> None:
    sent = say(api, chat_id=anna.id, reply_markup=keyboard("下一步", "next"))
    pressed = [anna.presses(sent, "下一步"), anna.presses(api.wait(anna), data="伪造")]
    queries = [one["callback_query"] for one in updates(api)]
    assert [(one["id"], one["data"]) for one in queries] == list(zip(pressed, ["next", "伪造"], strict=True))
    ask(api, lambda bot: bot.answer_callback_query(pressed[0], "好的"))
    assert [(api.answers(one) or {}).get("text") for one in pressed] == ["好的", None]
    with pytest.raises(AssertionError, match="no button"):
        anna.presses(sent, "上一步")


def test_files_go_both_ways(api: BotApi, anna: Person) -> None:
    content = bytes(range(256)) + b"\r\n--\r\n"
    photo = anna.sends_photo("看")["photo"][-1]["file_id"]

    async def work(bot: Bot) -> bytes:
        sent = await bot.send_document(anna.id, content, filename="表.bin", caption="<b>表</b>", parse_mode="HTML")
        await bot.send_photo(anna.id, photo)
        await bot.copy_message(anna.id, anna.id, 1)
        assert sent.document is not None
        file = await bot.get_file(sent.document.file_id)
        return bytes(await file.download_as_bytearray())

    assert ask(api, work) == content
    assert [(one.kind, one.text) for one in api.messages(anna)] == [("document", "表"), ("photo", ""), ("photo", "看")]
    big = anna.sends_document("大.zip", 21 * 1024 * 1024)["document"]["file_id"]
    assert refused(api, "getFile", file_id=big) == "file is too big"


def test_smaller_things(api: BotApi, anna: Person) -> None:
    site = api.group("工地群", [anna])
    question = anna.says("@helpdesk_bot 在吗", site)
    place = (site.id, question["message_id"])

    async def work(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("start", "开始")])
        assert await bot.get_my_commands() == (BotCommand("start", "开始"),)
        await bot.set_message_reaction(*place, ReactionTypeEmoji("👍"))
        await bot.send_chat_action(site.id, "typing")
        await bot.forward_message(anna.id, *place)
        assert [one.status for one in await bot.get_chat_administrators(site.id)] == ["creator"]
        site.make_bot_admin()
        users = (anna, api.person("Ben"), bot)
        statuses = [(await bot.get_chat_member(site.id, user.id)).status for user in users]
        assert statuses == ["member", "left", "administrator"]
        await bot.pin_chat_message(*place)
        assert (await bot.get_chat(site.id)).title == "工地群"
        await bot.leave_chat(site.id)

    ask(api, work)
    assert api.reactions(question) == ["👍"]
    assert api.wait(anna).body["forward_origin"]["sender_user"]["first_name"] == "Anna"
    assert api.calls_of("sendChatAction")[0].params == {"chat_id": site.id, "action": "typing"}
    assert "not a member" in refused(api, "sendMessage", chat_id=site.id, text="x")


def test_privacy(api: BotApi, anna: Person) -> None:
    site = api.group("工地群", [anna])
    heard = ["@helpdesk_bot 你好", "你好 @HelpDesk_Bot", "/help", "/help@helpdesk_bot"]
    for text in (*heard, "大家好", "你好@helpdesk_bot", "@helpdesk_botty 你好", "/help@other_bot", "看 a/help"):
        anna.edits(anna.says(text, site), f"{text}！")
    got = updates(api)
    assert [one["message"]["text"] for one in got if "message" in one] == heard
    assert kinds(got) == ["message", "edited_message"] * 4
    site.make_bot_admin()
    anna.says("大家好", site)
    assert kinds(updates(api, offset=got[-1]["update_id"] + 1)) == ["my_chat_member", "message"]


def test_replies_and_topics(api: BotApi, anna: Person) -> None:
    site = api.group("工地群", [anna])
    sent = say(api, chat_id=site.id)
    anna.says("不是给你的", site, reply_to=anna.says("闲聊", site))
    anna.says("那怎么改", site, reply_to=sent)
    [heard] = [one["message"] for one in updates(api)]
    assert heard["reply_to_message"]["message_id"] == sent["message_id"] == (thread := heard["message_thread_id"])
    assert "thread not found" in refused(api, "sendMessage", chat_id=site.id, text="x", message_thread_id=thread)
    loose = {"message_id": GONE, "allow_sending_without_reply": True}
    assert "reply_to_message" not in say(api, chat_id=site.id, reply_parameters=loose)
    forum = api.group("论坛", [anna], forum=True, username="forum")
    thread = forum.topic("考勤")
    said = anna.says("/help", forum, thread=thread)
    assert (said["message_thread_id"], "forum_topic_created" in said["reply_to_message"]) == (thread, True)
    say(api, chat_id="@forum", message_thread_id=thread)
    say(api, chat_id=forum.id, reply_parameters={"message_id": said["message_id"]})
    say(api, chat_id=forum.id)
    assert [one.thread for one in api.messages(forum)] == [thread, thread, None]
    assert refused(api, "createForumTopic", chat_id=forum.id, name="x") == "not enough rights to create a topic"
    forum.make_bot_admin()
    made = api.call("createForumTopic", chat_id=forum.id, name="工单")["result"]["message_thread_id"]
    for method in ("editForumTopic", "closeForumTopic", "reopenForumTopic"):
        assert api.call(method, chat_id=forum.id, message_thread_id=made, name="工单二")["ok"]


def test_coming_and_going_and_an_upgrade(api: BotApi, anna: Person) -> None:
    site = api.group("工地群", [anna])
    ben = api.person("Ben", started=False)
    site.remove_bot()
    anna.blocks()
    anna.says("@helpdesk_bot 在吗", site)
    reasons: dict[Group | Person, str] = {site: "kicked from the supergroup", anna: "blocked by the user", ben: "can't"}
    for chat, why in reasons.items():
        with pytest.raises(Forbidden, match=f"bot.* {why}"):
            ask(api, partial(Bot.send_message, chat_id=chat.id, text="x"))
    site.add_bot(by=anna)
    anna.unblocks()
    ben.says("/start")
    for chat in reasons:
        say(api, chat_id=chat.id)
    changes = [one["my_chat_member"] for one in updates(api) if "my_chat_member" in one]
    turns = [(one["old_chat_member"]["status"], one["new_chat_member"]["status"]) for one in changes]
    assert turns == [("member", "kicked")] * 2 + [("kicked", "member")] * 2
    old = api.group("小群", [anna], basic=True)
    new = old.upgrade()
    moved = [one["message"] for one in updates(api, offset=-2)]
    assert [(one["chat"]["id"], one["chat"]["type"]) for one in moved] == [(old.id, "group"), (new.id, "supergroup")]
    assert (moved[0]["migrate_to_chat_id"], moved[1]["migrate_from_chat_id"]) == (new.id, old.id)
    with pytest.raises(ChatMigrated) as upgraded:
        ask(api, lambda bot: bot.send_message(old.id, "x"))
    assert upgraded.value.new_chat_id == new.id
    say(api, chat_id=new.id)


@pytest.mark.parametrize(
    ("fault", "details", "error", "sent"),
    [
        ("fail", {"status": 429, "retry_after": 3}, RetryAfter, 0),
        *[("fail", {"status": status}, NetworkError, 0) for status in (500, 502)],
        *[("fail", {"status": 403}, Forbidden, 0), ("fail", {"status": 401}, InvalidToken, 0)],
        ("fail", {"status": 400, "description": "Bad Request: no"}, BadRequest, 0),
        ("garbage", {}, TelegramError, 0),
        ("garbage", {"body": WRONG_SHAPE, "after": True}, KeyError, 1),
        *[("reset", {"after": after}, NetworkError, after) for after in (False, True)],
        *[("hang", {"seconds": 30, "after": after}, NetworkError, after) for after in (False, True)],
    ],
)
@pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")
def test_faults(api: BotApi, anna: Person, fault: str, details: Json, error: type[Exception], sent: int) -> None:
    async def work(bot: Bot) -> None:
        getattr(api.faults, fault)("sendMessage", **details)
        await bot.send_message(anna.id, "x", read_timeout=0.5)

    with pytest.raises(error):
        ask(api, work)
    assert len(api.messages(anna)) == sent
    say(api, chat_id=anna.id)
    assert len(api.messages(anna)) == sent + 1


def test_a_fault_has_its_chat_and_its_end(api: BotApi, anna: Person) -> None:
    ben = api.person("Ben")
    api.faults.fail("sendMessage", 429, times=2, chat=ben)
    said = [api.call("sendMessage", chat_id=one.id, text="x") for one in (anna, ben, ben, ben)]
    assert [one.get("error_code") for one in said] == [None, 429, 429, None]
    assert said[1]["parameters"] == {"retry_after": 1}
    assert [one.status for one in api.calls_of("sendmessage")] == [200, 429, 429, 200]

    with polling(api) as got:
        api.faults.revoke()
        assert got()["result"] == []
    assert api.call("getUpdates")["error_code"] == 401
    api.faults.restore()
    assert api.call("getUpdates")["ok"]


def test_it_appears_late_goes_down_and_comes_back() -> None:
    api = BotApi()
    anna, url = api.person("Anna"), api.url
    with pytest.raises(httpx.ConnectError):
        api.call("getMe")
    api.start()
    with polling(api) as got:
        api.stop()
        with pytest.raises(httpx.TransportError):
            got()
    anna.says("一")
    with api:
        assert (api.url, [one["message"]["text"] for one in updates(api)]) == (url, ["一"])
