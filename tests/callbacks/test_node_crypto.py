"""Our sealing and @wecom/crypto, the platform's own package for Node, understand each other in both directions.

Without node and npm, or without the package, this is skipped; ``HELPDESK_TEST_NODE_REQUIRED=1`` makes that a failure.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from bot.channels.callback.seal import Seal, sign
from tests.callbacks import Phone
from tests.callbacks.conftest import KEY, WECOM, Town
from tests.callbacks.envelope import document, fields_of
from tests.conftest import DATA

_HERE = Path(__file__).parent / "node"
_TEXTS = ["", "a", "岗位选错了怎么办", "😀" * 7, "x" * 11, "x" * 12, "x" * 13, "行\n" * 2000, "<xml>&amp;]]></xml>"]
"""Lengths on both sides of the padding's border are among them."""
Node = Callable[..., Any]


def skip(why: str) -> None:
    if os.environ.get("HELPDESK_TEST_NODE_REQUIRED") == "1":
        pytest.fail(why)
    print(f"skipped: {why}")
    pytest.skip(why)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """Asks the package."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        skip("node and npm are not installed")
    assert program
    assert npm
    folder = DATA / "node" / "callbacks"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        for name in ("package.json", "crypto.js"):
            shutil.copy(_HERE / name, folder / name)
        if not (folder / "node_modules" / "@wecom" / "crypto").is_dir():
            command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
            if done.returncode:
                skip(f"npm could not install @wecom/crypto: {done.stderr[-300:]}")
    process = subprocess.Popen(
        [program, "crypto.js"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    with process:
        assert process.stdin
        assert process.stdout
        asked, answered = process.stdin, process.stdout

        def ask(deed: str, **values: str) -> Any:
            asked.write(json.dumps({"do": deed, **values}) + "\n")
            asked.flush()
            return json.loads(answered.readline())

        yield ask
        asked.close()


@pytest.mark.parametrize("text", _TEXTS)
def test_it_opens_what_we_seal(text: str, node: Node) -> None:
    sealed = Seal(KEY, WECOM.id).close(text)
    assert node("open", key=KEY, sealed=sealed) == {"message": text, "id": WECOM.id}


@pytest.mark.parametrize("text", _TEXTS)
def test_we_open_what_it_seals(text: str, node: Node) -> None:
    assert Seal(KEY, WECOM.id).open(node("seal", key=KEY, text=text, id=WECOM.id)) == text


def test_we_sign_alike(node: Node) -> None:
    for token, timestamp, nonce, sealed in (("t", "1", "n", "abc=="), ("Z", "9", "a", "+/="), ("", "", "", "")):
        signed = node("sign", token=token, timestamp=timestamp, nonce=nonce, sealed=sealed)
        assert signed == sign(token, timestamp, nonce, sealed)


@pytest.mark.parametrize("channel", ["wecom", "mp"])
def test_a_conversation_that_it_seals_and_opens(channel: str, town: Town, node: Node) -> None:
    """The running program, called by a platform that is made of the package."""
    phone: Phone = getattr(town, channel)
    account = phone.account
    assert account.aes_key
    at, nonce = str(int(time.time())), f"node-{time.monotonic_ns()}"
    plain = document(phone.message("noder", "岗位选错了怎么办"))
    sealed = node("seal", key=account.aes_key, text=plain, id=account.id)
    query = {
        "msg_signature": node("sign", token=account.token, timestamp=at, nonce=nonce, sealed=sealed),
        "signature": account.signature(at, nonce),
        "timestamp": at,
        "nonce": nonce,
        "encrypt_type": "aes",
    }
    body = document({"ToUserName": account.id, "Encrypt": sealed}).encode()
    answer = fields_of(httpx.post(f"{phone.url}{phone.path}", params=query, content=body).text)
    claimed = node(
        "sign",
        token=account.token,
        timestamp=answer["TimeStamp"],
        nonce=answer["Nonce"],
        sealed=answer["Encrypt"],
    )
    assert claimed == answer["MsgSignature"]
    opened = node("open", key=account.aes_key, sealed=answer["Encrypt"])
    assert opened["id"] == account.id
    said = fields_of(opened["message"])
    assert said["ToUserName"] == phone.account_of("noder")
    assert "【岗位选错了】" in said["Content"]


def test_the_platform_asks_whether_we_are_there(town: Town, node: Node) -> None:
    at, nonce = str(int(time.time())), "node"
    sealed = node("seal", key=WECOM.aes_key, text="4711", id=WECOM.id)
    signed = node("sign", token=WECOM.token, timestamp=at, nonce=nonce, sealed=sealed)
    query = {"msg_signature": signed, "timestamp": at, "nonce": nonce, "echostr": sealed}
    assert httpx.get(f"{town.url}/wecom", params=query).text == "4711"
