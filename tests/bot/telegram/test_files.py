"""Pictures, documents and everything else that is no text, on its way to staff and back."""

import time

import pytest

from tests.bot.telegram.conftest import Desk
from tests.telegram import Json, Person

MB = 1024 * 1024
VOICE = {"voice": {"file_id": "voice-1", "file_unique_id": "v1", "duration": 3, "mime_type": "audio/ogg"}}
STICKER = {
    "sticker": {
        **{"file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512},
        **{"is_animated": False, "is_video": False, "emoji": "👍"},
    }
}
LOCATION = {"location": {"longitude": 118.8, "latitude": 32.0}}
CONTACT = {"contact": {"phone_number": "13800000000", "first_name": "张三"}}
DICE = {"dice": {"emoji": "🎲", "value": 3}}
POLL = {
    "poll": {
        **{"id": "1", "question": "去吗", "options": [{"text": "去", "voter_count": 0, "persistent_id": "1"}]},
        **{"total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular"},
        **{"allows_multiple_answers": False, "allows_revoting": False, "members_only": False},
    }
}
PICTURE_SEEN = "图片收到了，但我还看不懂图里的字"
FILE_SEEN = "收到了，不过我只看得懂文字"
SERVICE = [
    {"pinned_message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}},
    {"new_chat_title": "新名字"},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
]


@pytest.mark.parametrize(
    ("content", "answer"),
    [(content, FILE_SEEN) for content in (VOICE, STICKER, LOCATION, CONTACT, DICE, POLL)],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_is_no_text_is_answered_with_a_way_on(content: Json, answer: str, desk: Desk, anna: Person) -> None:
    anna.sends(content)
    desk.hears(anna, answer)


@pytest.mark.parametrize("content", SERVICE, ids=lambda value: next(iter(value)))
def test_what_telegram_itself_says_is_not_answered(content: Json, desk: Desk, anna: Person) -> None:
    anna.sends(content)
    desk.hears(anna)


def test_pictures_and_documents_without_a_ticket(desk: Desk, anna: Person) -> None:
    anna.sends_photo()
    desk.hears(anna, PICTURE_SEEN)
    anna.sends_document("名单.xlsx")
    desk.hears(anna, FILE_SEEN)
    anna.sends_document("截图.png", mime="image/png")
    desk.hears(anna, PICTURE_SEEN)
    anna.sends_photo("岗位选错了怎么办")
    desk.hears(anna, "岗位选错了")
    assert desk.rows("SELECT count(*) FROM attachment WHERE ticket IS NULL AND path IS NOT NULL") == [(0,)]


def test_pictures_of_before_the_ticket_go_with_it(desk: Desk, anna: Person) -> None:
    anna.sends_photo()
    desk.hears(anna, PICTURE_SEEN)
    anna.says("转人工")
    desk.hears(anna, "已经登记")
    card, copy = desk.hears(desk.staff, "附件：1 个", "［photo］")
    assert copy.id > card.id
    [call] = [call for call in desk.api.calls_of("copyMessage") if call.params["from_chat_id"] == anna.id]
    assert call.params["chat_id"] == str(desk.staff.id) or call.params["chat_id"] == desk.staff.id


def test_a_picture_for_the_ticket_is_kept_shown_and_fetched(desk: Desk, anna: Person) -> None:
    number, _ = desk.opens(anna)
    anna.sends_photo(content=b"\xff\xd8 a picture")
    desk.hears(anna, f"收到，已经放进工单 {number}")
    desk.hears(desk.staff, "附件：1 个", "［photo］")
    anna.sends_document("../../etc/名 单;rm -rf.pdf", content=b"%PDF", caption="名单在里面")
    desk.hears(anna, "怎么称呼你")
    desk.hears(desk.staff, "附件：2 个", "名单在里面")
    paths = wait_for_files(desk, number, 2)
    assert [(desk.data / "files" / path).read_bytes() for path in paths] == [b"\xff\xd8 a picture", b"%PDF"]
    assert paths[1].endswith("-_.._etc_名_单_rm_-rf.pdf")


def wait_for_files(desk: Desk, number: int, count: int) -> list[str]:
    """The names of a ticket's files, as soon as so many are there."""
    query = "SELECT path FROM attachment WHERE ticket = ? AND state = 'kept' ORDER BY id"
    give_up = time.monotonic() + 60
    while len(found := [str(path) for (path,) in desk.rows(query, number)]) < count and time.monotonic() < give_up:
        time.sleep(0.02)
    assert len(found) == count
    return found


def test_a_person_in_charge_sees_pictures_and_the_bot_keeps_silent(desk: Desk, anna: Person) -> None:
    desk.takes(anna, desk.wang)
    for send, seen in ((anna.sends_photo, "［photo］"), (anna.sends_document, "［document］")):
        send()
        desk.hears(anna)
        [_, copy] = desk.hears(desk.staff, "附件：", seen)
        desk.chen.says("收到", desk.staff, reply_to=copy)
        desk.hears(anna, "👷 工作人员\n收到")
        desk.forget()
    anna.sends(VOICE)
    desk.hears(anna)
    desk.hears(desk.staff, "附件：3 个", "［voice］")


def test_a_file_that_is_too_big_is_said_to_be(desk: Desk, anna: Person, ben: Person) -> None:
    anna.sends_document("录像.mp4", size=21 * MB, mime="video/mp4")
    desk.hears(anna, "这个文件超过 20 MB")
    desk.forget()
    number, _ = desk.opens(ben)
    ben.sends_document("录像.mp4", size=21 * MB, mime="video/mp4")
    desk.hears(ben, "这个文件超过 20 MB")
    desk.hears(desk.staff, "附件：1 个", "［document］")
    query = "SELECT state FROM attachment WHERE ticket = ?"
    give_up = time.monotonic() + 60
    while desk.rows(query, number) == [("new",)] and time.monotonic() < give_up:
        time.sleep(0.02)
    assert desk.rows(query, number) == [("failed",)]


def test_a_question_with_a_file_that_is_too_big_is_answered(desk: Desk, anna: Person) -> None:
    anna.sends_document("录像.mp4", size=21 * MB, caption="岗位选错了怎么办")
    desk.settle()
    desk.hears(anna, "退出考勤", "这个文件超过 20 MB")


def test_a_picture_is_an_answer_to_staff(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    desk.wang.says("请发个截图", desk.staff, reply_to=card)
    desk.forget()
    anna.sends_photo()
    desk.settle()
    assert desk.status(number) == "claimed"


def album(anna: Person, count: int, caption: str | None = None) -> None:
    for place in range(count):
        photo = anna._file(1000, "photos/file_{}.jpg", None) | {"width": 90, "height": 90}
        words = {"caption": caption} if caption and place == 0 else {}
        anna.sends({"photo": [photo], "media_group_id": "77", **words})


def test_an_album_for_the_ticket_is_shown_whole(desk: Desk, anna: Person) -> None:
    number, _ = desk.takes(anna, desk.wang)
    album(anna, 3, "看这三张")
    desk.hears(anna)
    desk.settle()
    desk.hears(desk.staff, "附件：3 个", *["看这三张"] * 2, "［photo］", "［photo］")
    assert len(wait_for_files(desk, number, 3)) == 3


def test_an_album_is_answered_once(desk: Desk, anna: Person) -> None:
    album(anna, 3)
    desk.hears(anna, PICTURE_SEEN)


def test_staff_answer_with_a_picture(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    photo = desk.wang._file(1000, "photos/file_{}.jpg", None) | {"width": 90, "height": 90}
    desk.wang.sends({"photo": [photo], "caption": "按这张图点"}, desk.staff, reply_to=card)
    _, picture = desk.hears(anna, "工作人员已接手", "按这张图点")
    assert picture.kind == "photo"
    assert "小王" not in str(picture.body)
    desk.hears(desk.staff, "等用户回复", "已发给用户")
    desk.wang.sends(STICKER, desk.staff, reply_to=card)
    desk.hears(anna, "［sticker］")
    desk.hears(desk.staff, "已发给用户")
    assert desk.rows("SELECT text FROM ticket_event WHERE ticket = ? AND kind = 'reply'", number)


def test_a_picture_that_is_gone_before_it_is_shown(desk: Desk, anna: Person) -> None:
    desk.takes(anna, desk.wang)
    desk.api.faults.hang("copyMessage", 0.2, chat=desk.staff)
    anna.deletes(anna.sends_photo())
    desk.hears(anna)
    desk.hears(desk.staff, "附件：1 个")
    anna.says("发错了")
    desk.hears(desk.staff, "用户：发错了")


def test_a_picture_in_a_group_without_words_to_the_bot_is_nobodys(desk: Desk, anna: Person) -> None:
    site = desk.api.group("工地群", [anna])
    site.make_bot_admin()
    anna.sends_photo(chat=site)
    desk.hears(site)
    anna.sends_photo("@helpdesk_bot 岗位选错了怎么办", chat=site)
    desk.hears(site, "岗位选错了")
    anna.sends_photo("@helpdesk_bot", chat=site)
    desk.hears(site, PICTURE_SEEN)
