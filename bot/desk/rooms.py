"""Which staff room a ticket belongs to: the team that answers for its district or its kind of works."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """A chat of support staff. ``team``: its name among the staff; empty ``districts`` and ``types``: takes what is left."""

    team: str
    channel: str
    address: str
    districts: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rooms:
    """All rooms, the default one first."""

    all: tuple[Room, ...] = ()

    def for_site(self, district: str | None, types: Sequence[str]) -> Room | None:
        """The team of the district, else of the kind of works, else the default; None where there is no room at all."""
        of_district = (room for room in self.all if district and district in room.districts)
        of_type = (room for room in self.all if room.types.intersection(types))
        return next(of_district, None) or next(of_type, None) or self.default

    @property
    def default(self) -> Room | None:
        """Where tickets go that are no team's."""
        return next((room for room in self.all if not room.districts and not room.types), None) or next(
            iter(self.all), None
        )

    def named(self, team: str | None) -> Room | None:
        """The room of a team; the default where the team is gone from the settings."""
        return next((room for room in self.all if room.team == team), self.default)

    def of_team(self, team: str | None) -> tuple[Room, ...]:
        """All rooms of a team: it may sit on several platforms. Those of the default where the team is gone."""
        main = self.named(team)
        return tuple(room for room in self.all if main and room.team == main.team)

    def find(self, team: str) -> Room | None:
        """The room of exactly this team."""
        return next((room for room in self.all if room.team == team), None)

    def at(self, channel: str, address: str) -> Room | None:
        """The room in this chat."""
        return next((room for room in self.all if (room.channel, room.address) == (channel, address)), None)

    def others(self, team: str | None) -> tuple[str, ...]:
        """The teams a ticket of ``team`` can be handed to."""
        return tuple(dict.fromkeys(room.team for room in self.all if room.team != team))
