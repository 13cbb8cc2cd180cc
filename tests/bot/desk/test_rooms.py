import pytest
from pydantic import SecretStr

from bot.desk.rooms import Room, Rooms
from bot.settings import Settings, Team
from bot.staffing import DEFAULT_TEAM, rooms_of
from kb.knowledge import Knowledge

EVERYBODY = Room("客服组", "telegram", "-1")
JIANGNING = Room("江宁组", "telegram", "-2", districts=frozenset(("江宁区", "溧水区")))
RAIL = Room("轨道组", "telegram", "-3", types=frozenset(("rail",)))
ROOMS = Rooms((EVERYBODY, JIANGNING, RAIL))


@pytest.mark.parametrize(
    ("district", "types", "team"),
    [
        (None, (), "客服组"),
        ("玄武区", (), "客服组"),
        ("玄武区", ("housing",), "客服组"),
        ("江宁区", (), "江宁组"),
        ("溧水区", ("housing",), "江宁组"),
        (None, ("rail",), "轨道组"),
        ("玄武区", ("housing", "rail"), "轨道组"),
        ("江宁区", ("rail",), "江宁组"),  # who is near goes first
        ("", ("rail",), "轨道组"),
    ],
)
def test_whose_ticket_it_is(district: str | None, types: tuple[str, ...], team: str) -> None:
    room = ROOMS.for_site(district, types)
    assert room is not None
    assert room.team == team


def test_without_a_default_room_the_first_team_takes_what_is_left() -> None:
    rooms = Rooms((JIANGNING, RAIL))
    assert rooms.for_site("玄武区", ()) == JIANGNING
    assert rooms.for_site("玄武区", ("rail",)) == RAIL


def test_without_rooms_there_is_none() -> None:
    assert Rooms().for_site("江宁区", ("rail",)) is None
    assert Rooms().named("江宁组") is None
    assert Rooms().others(None) == ()


def test_a_team_that_is_gone_from_the_settings() -> None:
    assert ROOMS.named("解散的组") == EVERYBODY
    assert ROOMS.named(None) == EVERYBODY
    assert ROOMS.find("解散的组") is None


def test_finding_rooms() -> None:
    assert ROOMS.at("telegram", "-2") == JIANGNING
    assert ROOMS.at("qq", "-2") is None
    assert ROOMS.others("江宁组") == ("客服组", "轨道组")


def test_the_rooms_of_the_settings(knowledge: Knowledge) -> None:
    kind = knowledge.project_types[0]
    team = Team(
        name="江宁组", telegram_chat=-2, districts=frozenset(("江宁区",)), project_types=frozenset((kind.name,))
    )
    settings = Settings(telegram_token=SecretStr("1:x"), telegram_staff_chat=-1, teams=(team,))
    rooms = rooms_of(settings, knowledge)
    assert [(room.team, room.address) for room in rooms.all] == [(DEFAULT_TEAM, "-1"), ("江宁组", "-2")]
    assert rooms.for_site(None, (kind.id,)) == rooms.find("江宁组"), (
        "kinds of works are named in Chinese in the settings"
    )


def test_without_a_token_there_are_no_rooms(knowledge: Knowledge) -> None:
    assert rooms_of(Settings(telegram_staff_chat=-1), knowledge) == Rooms()
