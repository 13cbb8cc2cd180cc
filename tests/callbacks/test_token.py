"""The access token: one request for all, renewed in time, and not for ever in vain."""

import asyncio

import pytest

from bot.channels.callback.token import AccessToken


class Source:
    """Gives numbered tokens of 100 seconds."""

    def __init__(self) -> None:
        self.asked: list[bool] = []
        self.trouble: Exception | None = None

    async def fetch(self, was_refused: bool) -> tuple[str, float]:
        self.asked.append(was_refused)
        await asyncio.sleep(0.01)
        if self.trouble:
            raise self.trouble
        return f"t{len(self.asked)}", 100.0


def test_many_needs_are_one_request() -> None:
    async def story() -> None:
        source = Source()
        token = AccessToken(source.fetch)
        assert set(await asyncio.gather(*(token.get() for _ in range(50)))) == {"t1"}
        assert await token.get() == "t1"
        assert source.asked == [False]

    asyncio.run(story())


def test_it_is_renewed_before_its_end_and_when_it_is_refused() -> None:
    async def story() -> None:
        source, now = Source(), [0.0]
        token = AccessToken(source.fetch, lambda: now[0])
        assert await token.get() == "t1"
        now[0] = 89
        assert await token.get() == "t1"
        now[0] = 91
        assert await token.get() == "t2"
        token.refused("t1")
        assert await token.get() == "t2"
        token.refused("t2")
        assert await token.get() == "t3"
        assert source.asked == [False, False, True]

    asyncio.run(story())


def test_a_failure_is_everybodys_and_the_next_try_is_a_new_one() -> None:
    async def story() -> None:
        source = Source()
        source.trouble = ConnectionError("gone")
        token = AccessToken(source.fetch)
        found = await asyncio.gather(*(token.get() for _ in range(5)), return_exceptions=True)
        assert [type(one) for one in found] == [ConnectionError] * 5
        assert len(source.asked) == 1
        source.trouble = None
        assert await token.get() == "t2"

    asyncio.run(story())


def test_one_who_gives_up_takes_it_from_nobody() -> None:
    async def story() -> None:
        source = Source()
        token = AccessToken(source.fetch)
        impatient, patient = asyncio.create_task(token.get()), asyncio.create_task(token.get())
        await asyncio.sleep(0)
        impatient.cancel()
        assert await patient == "t1"
        with pytest.raises(asyncio.CancelledError):
            await impatient

    asyncio.run(story())
