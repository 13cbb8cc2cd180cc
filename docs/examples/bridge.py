"""A bridge: a chat (here the terminal, a line is “name: text”) ⇄ the helpdesk. Put your chat into receive and show."""

import asyncio
import contextlib
import json
import os
import sys
import uuid

import httpx


async def receive():  # noqa: D103
    while line := await asyncio.to_thread(sys.stdin.readline):
        user, _, text = line.strip().partition(": ")
        yield {"id": str(uuid.uuid4()), "user": user, "text": text}  # id: the chat's own, if it has one


async def show(said):  # noqa: D103
    print(f"→ {said['conversation']}: {said['text']}", flush=True)


async def post(api, message):  # noqa: D103 - the same id again gets the same answer: it is safe to try again
    while True:
        answer = None
        with contextlib.suppress(httpx.TransportError):
            answer = await api.post("messages", json=message)
        if answer is not None and answer.status_code not in (429, 500, 502, 503, 504):
            return [await show(said) for said in answer.raise_for_status().json()["replies"]]
        await asyncio.sleep(float(answer.headers.get("Retry-After", 2)) if answer is not None else 2)


async def listen(api, last=None):  # noqa: D103 - what comes later; keep ``last`` over restarts to miss nothing
    while True:
        headers = {"Last-Event-ID": str(last)} if last is not None else {}
        with contextlib.suppress(httpx.HTTPError):
            async with api.stream("GET", "events", headers=headers) as events:
                async for line in events.raise_for_status().aiter_lines():
                    said = json.loads(line[6:]) if line.startswith("data: ") else {}
                    if "text" in said:
                        await show(said)
                    last = said.get("id", last)
        await asyncio.sleep(2)


async def main():  # noqa: D103
    url, headers = os.environ["HELPDESK_URL"] + "/api/v1/", {"Authorization": "Bearer " + os.environ["HELPDESK_KEY"]}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as api:
        listening = asyncio.create_task(listen(api))
        async for message in receive():
            await post(api, message)
        listening.cancel()


asyncio.run(main())
