"""In a real browser: what a page that stays open may still do, and what becomes of script that people have written."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.bot.test_browser import browser, say
from tests.console.conftest import PASSWORD, House, opened, sign_in
from tests.console.test_day import WIDE
from tests.kb.small import change, write

__all__ = ["browser"]
HIT = "window.hit = 1"
SCRIPT = (
    f'"><img src=x onerror="{HIT}"><script>{HIT}</script>{{{{{HIT}}}}}${{{HIT}}}`;{HIT};`</textarea><svg onload={HIT}>'
)
TITLE = "<img src=x:y>改"
NOON = "2026-11-20 04:00:00.000000"
_PATIENCE = 30_000


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A helpdesk whose content, users, staff and files are as hostile as can be."""
    folder = write(tmp_path_factory.mktemp("hostile") / "content")
    change(folder, "faq-01.yaml", "修改考勤地址", quoted(TITLE))
    change(folder, "faq-01.yaml", "在平台上提交地址修改申请。", quoted(SCRIPT))
    change(folder, "faq-01.yaml", "核对通过后重新设定。", quoted(SCRIPT))
    change(folder, "faq-01.yaml", "text: 提交地址修改申请。", f"text: {quoted(SCRIPT)}")
    change(folder, "contacts.yaml", "label: 浦口区", f"label: {quoted(SCRIPT)}")
    change(folder, "out_of_scope.yaml", "文件没有讲工资。", quoted(SCRIPT))
    with opened(tmp_path_factory.mktemp("house"), CONTENT=folder) as one:
        plant(one)
        yield one


def plant(house: House) -> None:
    """What people may have written wherever they can write."""
    rows: dict[str, dict[str, object]] = {
        "conversation": {
            "id": 901, "channel": "telegram", "key": "k", "address": "k", "created_at": NOON, "updated_at": NOON,
        },
        "ticket": {
            "number": 1999, "conversation_id": 901, "status": "open", "priority": "normal", "question": SCRIPT,
            "project": SCRIPT, "person": SCRIPT, "phone": SCRIPT, "district": SCRIPT, "tried": "[]", "contacts": "[]", "project_types": "[]",
            "opened_at": NOON, "changed_at": NOON, "team": SCRIPT,
        },
        "agent": {"id": 901, "channel": "telegram", "account": SCRIPT[:80], "name": SCRIPT, "seen_at": NOON},
        "ticket_event": {"ticket": 1999, "at": NOON, "kind": "note", "by": "agent", "agent_id": 901, "text": SCRIPT},
        "message": {"conversation_id": 901, "at": NOON, "author": "user", "text": SCRIPT},
        "attachment": {
            "conversation_id": 901, "ticket": 1999, "at": NOON, "kind": "file", "name": SCRIPT, "ref": "{}",
            "path": "1.txt", "due_at": NOON,
        },
        "reply_template": {"title": SCRIPT[:80], "text": SCRIPT, "changed_at": NOON, "changed_by": "li"},
        "notice": {"text": SCRIPT, "until": "2099" + NOON[4:], "records": "[]", "by": SCRIPT[:40], "at": NOON},
        "account_view": {"account_id": 1, "name": SCRIPT[:40], "filter": "{}"},
        "audit": {"at": NOON, "channel": "telegram", "account": "=cmd|' /C calc'!A0", "name": SCRIPT, "action": "x", "allowed": 1, "detail": SCRIPT},
        "missed_cluster": {"id": 901, "first_at": NOON, "last_at": NOON, "asked": 9},
        "missed_text": {"key": "k", "text": SCRIPT, "cluster_id": 901, "asked": 9, "last_at": NOON},
        "question_log": {
            "at": NOON, "channel": "web", "text": SCRIPT, "outcome": "answer", "records": '["faq-01"]', "confidence": 1,
            "revision": SCRIPT[:30], "group_key": SCRIPT[:60],
        },
        "knowledge_draft": {
            "id": 901, "author": SCRIPT[:80], "title": SCRIPT, "based_on": 0, "created_at": NOON, "changed_at": NOON,
            "overlay": "{}", "version": 1,
        },
    }  # fmt: skip
    (house.data / "files").mkdir(exist_ok=True)
    (house.data / "files" / "1.txt").write_text("x", encoding="utf-8")
    for table, values in rows.items():
        known = {str(row[1]): row for row in house.rows(f"PRAGMA table_info({table})")}
        assert set(values) <= set(known), table
        missing = [
            name for name, row in known.items() if row[3] and row[4] is None and not row[5] and name not in values
        ]
        assert missing == [], table
        places = ", ".join("?" * len(values))
        house.rows(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values())


@pytest.fixture
def staff(browser: Browser, house: House) -> Iterator[Page]:
    """An administrator at the console; whatever script ran in his pages shows at the end."""
    house.rows("UPDATE account SET role = 'admin', disabled = 0 WHERE username = 'li'")
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    context.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    page = context.new_page()
    sign_in(page, house, "li")
    expect(page.get_by_text("小李", exact=True)).to_be_visible()
    yield page
    context.close()
    expect.set_options(timeout=5_000)


DEEDS = [
    # page, what is pressed (what opens it first), what the audit calls it, whose it is
    ("/tickets/1999", "认领", "claim", "agent"),
    ("/tickets/1999", "发送", "reply", "agent"),
    ("/tickets/1999", "内部备注 › 存为备注", "note", "agent"),
    ("/tickets/1999", "解决", "solve", "agent"),
    ("/", "存为视图 › 存下", "view_save", "agent"),
    ("/account", "改密码", "account_password", "agent"),
    ("/unanswered/901", "加为问法", "cluster", "editor"),
    ("/unanswered/901", "写成新记录", "cluster", "editor"),
    ("/unanswered/901", "归到这个话题", "cluster", "editor"),
    ("/unanswered/901", "先不管，再被问 10 次时提醒", "cluster", "editor"),
    ("/knowledge", "新草稿", "draft begin", "editor"),
    ("/knowledge", "丢弃", "draft discard", "editor"),
    ("/drafts/901", "删除这条", "draft save", "editor"),
    ("/drafts/901", "新写一条", "draft save", "editor"),
    ("/drafts/901/records/faq-01", "保存到草稿", "draft save", "editor"),
    ("/drafts/901/files/contacts.yaml", "保存到草稿", "draft save", "editor"),
    ("/revisions", "导出 YAML", "knowledge export", "editor"),
    ("/templates", "保存", "template", "editor"),
    ("/notices", "发布公告", "notice", "editor"),
    ("/notices", "撤下", "notice_down", "editor"),
    ("/people", "添加", "account_add", "admin"),
    ("/people", "停用", "account_disable", "admin"),
]
BELOW = {"agent": "nobody", "editor": "agent", "admin": "editor"}
"""The highest role that may not."""
TABLES = ("ticket", "ticket_event", "message", "outbox", "account", "account_view", "missed_cluster", "knowledge_draft",
          "knowledge_revision", "reply_template", "notice")  # fmt: skip


def everything(house: House) -> list[list[tuple[object, ...]]]:
    tables = [house.rows(f"SELECT * FROM {table}") for table in TABLES]
    return [
        [tuple(each for each in row if each not in ("admin", *BELOW.values())) for row in table] for table in tables
    ]


def pressed(button: Locator) -> None:
    """Through the page's WebSocket, as a click would be, whatever lies over the button meanwhile."""
    button.dispatch_event("click")


def button_of(page: Page, label: str) -> Locator:
    return page.locator("button").filter(has=page.get_by_text(label, exact=True)).first


def refusals(house: House, action: str) -> int:
    [(number,)] = house.rows("SELECT count(*) FROM audit WHERE action = ? AND account = 'li' AND NOT allowed", action)
    return int(number)


@pytest.mark.parametrize("path", list(dict.fromkeys(path for path, *_ in DEEDS)))
def test_an_open_page_does_nothing_more_for_somebody_who_may_no_more(house: House, staff: Page, path: str) -> None:
    staff.goto(f"{house.url}/console{path}")
    deeds = [deed[1:] for deed in DEEDS if deed[0] == path]
    for label, _, _ in deeds:
        expect(button_of(staff, label.split(" › ")[0])).to_be_attached()
    before = everything(house)
    for label, action, needed in deeds:
        *first, last = label.split(" › ")
        for each in first:
            pressed(button_of(staff, each))
        expect(button_of(staff, last)).to_be_attached()
        house.rows("UPDATE account SET role = ? WHERE username = 'li'", BELOW[needed])
        number = refusals(house, action)
        pressed(button_of(staff, last))
        expect(staff.get_by_text("的权限才能做这个操作").last).to_be_visible()
        until(lambda action=action, number=number: refusals(house, action) == number + 1)  # type: ignore[misc]
    assert everything(house) == before


@pytest.mark.parametrize(
    ("how", "command"),
    [
        ("role", ("role", "li", "agent")),
        ("disabled", ("disable", "li")),
        ("password", ("password", "li")),
    ],
)
def test_a_page_of_a_session_that_has_ended(house: House, staff: Page, how: str, command: tuple[str, ...]) -> None:
    # There has to be another administrator.
    if not house.rows("SELECT 1 FROM account WHERE username = 'boss'"):
        house.run("console", "users", "add", "boss", "--role", "admin", typed=f"{PASSWORD}\n")
    staff.goto(f"{house.url}/console/people")
    staff.get_by_label("用户名").fill("intruder")
    staff.get_by_label("密码").fill(PASSWORD)
    number = refusals(house, "account_add")
    house.run("console", "users", *command, typed=f"{PASSWORD}\n")
    pressed(button_of(staff, "添加"))
    expect(staff.get_by_text("登录已经失效，请重新登录后再操作。")).to_be_visible()
    assert refusals(house, "account_add") == number + 1
    assert house.rows("SELECT * FROM account WHERE username = 'intruder'") == []
    # And what stands on it is covered, by itself.
    expect(staff.get_by_text("没有保存的内容保存不了了。")).to_be_visible()
    staff.reload()
    expect(staff).to_have_url(re.compile("/console/login"))


SHOWN = {
    "/": 1, "/tickets/1999": 4, "/unanswered": 1, "/unanswered/901": 1, "/knowledge": 1, "/drafts/901": 1,
    "/drafts/901/records/faq-01": 2, "/drafts/901/files/contacts.yaml": 0, "/revisions": 0, "/templates": 1,
    "/notices": 2, "/figures": 0, "/people": 0, "/audit": 1, "/account": 0,
}  # fmt: skip
"""How often at least the script stands there to be read."""


@pytest.mark.parametrize("path", SHOWN)
def test_script_is_words_in_the_console(house: House, staff: Page, path: str) -> None:
    errors: list[str] = []
    staff.on("pageerror", lambda error: errors.append(str(error)))
    staff.goto(f"{house.url}/console{path}")
    expect(staff.get_by_text("宁勤绩 · 控制台")).to_be_visible()
    if path == "/audit":
        staff.get_by_label("操作", exact=True).fill("x")
    shown = staff.get_by_text(SCRIPT[:24])
    if SHOWN[path]:
        expect(shown.nth(SHOWN[path] - 1)).to_be_attached()
    for tab in staff.get_by_role("tab").all():
        tab.click()
    for chart in staff.locator("canvas").all():
        chart.hover(force=True)
    unharmed(staff)
    assert errors == []


def test_script_is_words_in_the_chat(house: House, browser: Browser, staff: Page) -> None:
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    user = context.new_page()
    for address in (house.url, f"{house.url}/embed"):
        user.goto(address)
        expect(user.locator("#welcome")).to_be_visible()
        for text in (SCRIPT, "改 #faq-01", "带我一步步做", "浦口的电话", "工资什么时候发"):
            say(user, text)
        expect(user.get_by_text(SCRIPT[:24]).nth(3)).to_be_attached()
        unharmed(user)
    say(user, "转人工")
    staff.goto(f"{house.url}/console/")
    staff.get_by_text("#1001").click()
    staff.get_by_placeholder("回复用户").fill(SCRIPT)
    button_of(staff, "发送").click()
    expect(user.get_by_text(SCRIPT).last).to_be_visible()
    user.reload()
    expect(user.get_by_text(SCRIPT).last).to_be_visible()
    unharmed(user)
    unharmed(staff)
    context.close()


def test_a_file_of_a_ticket_opens(house: House, staff: Page) -> None:
    staff.goto(f"{house.url}/console/tickets/1999")
    link = staff.get_by_role("link", name=SCRIPT[:24])
    expect(link).to_have_attribute("href", re.compile("^/console/file/"))
    assert staff.request.get(f"{house.url}{link.get_attribute('href')}").text() == "x"


def test_a_formula_is_words_in_a_spreadsheet(house: House, staff: Page) -> None:
    sheet = staff.request.get(f"{house.url}/console/audit.csv").text()
    assert ",'=cmd|' /C calc'!A0," in sheet
    assert ",=cmd" not in sheet


def unharmed(page: Page) -> None:
    assert page.evaluate("window.hit") is None
    assert page.locator("img[onerror], svg[onload], img[src='x:y']").count() == 0


def until(what: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _PATIENCE / 1000
    while not what():
        assert time.monotonic() < give_up
        time.sleep(0.05)
