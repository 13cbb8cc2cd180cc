from datetime import timedelta

from bot.storage import conversations, groups
from bot.storage.database import Database
from handlers.conversation import Conversation
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON


def test_a_group_remembers_what_it_was_just_told(database: Database, run: Run) -> None:
    async def story() -> None:
        async with database.write() as tx:
            for number in range(7):
                await groups.tell(tx, "telegram", "g", [f"faq-{number:02}"], NOON)
            await groups.tell(tx, "telegram", "h", ["faq-20"], NOON)
        async with database.read() as tx:
            assert await groups.was_told(tx, "telegram", "g", NOON) == {f"faq-{n:02}" for n in range(2, 7)}
            assert await groups.was_told(tx, "telegram", "h", NOON) == {"faq-20"}
            assert await groups.was_told(tx, "telegram", "i", NOON) == frozenset()
            assert await groups.was_told(tx, "onebot", "g", NOON) == frozenset()
            assert await groups.was_told(tx, "telegram", "g", NOON + timedelta(seconds=1)) == frozenset(), "long ago"

    run(story())


def test_a_group_is_muted_until_it_is_called_back(database: Database, run: Run) -> None:
    async def muted() -> bool:
        async with database.read() as tx:
            return await groups.is_muted(tx, "onebot", "1.g2")

    async def story() -> None:
        assert not await muted()
        for _ in range(2):
            async with database.write() as tx:
                await groups.mute(tx, "onebot", "1.g2", "77", NOON)
            assert await muted()
        async with database.write() as tx:
            await groups.unmute(tx, "onebot", "1.g2")
        assert not await muted()

    run(story())


def test_the_conversation_with_somebody_alone_is_found(database: Database, run: Run) -> None:
    async def story() -> None:
        async with database.write() as tx:
            for key, group, person in (
                ("g/7", "g", "7"),
                ("1.p7", None, "7"),
                ("1.p8", None, "8"),
                ("2.p7", None, "7"),
            ):
                at = NOON + timedelta(minutes=1 if key == "2.p7" else 0)
                await conversations.save(tx, "onebot", key, key, group, Conversation(), at, person=person)
        async with database.read() as tx:
            found = await conversations.private_with(tx, "onebot", "7")
            assert found is not None
            assert (found.key, found.person) == ("2.p7", "7"), "by the account he last talked to"
            assert await conversations.private_with(tx, "onebot", "9") is None
            assert await conversations.private_with(tx, "telegram", "7") is None

    run(story())
