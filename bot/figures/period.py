"""What figures are asked for: days of Asia/Shanghai, a channel, a group; and how SQL tells days and hours there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Float, Integer, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.desk.hours import SHANGHAI


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included. ``channel`` or ``group`` None: all; ``group`` "": private chats only."""

    first: date
    last: date
    channel: str | None = None
    group: str | None = None

    @property
    def begins(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer in it."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    @property
    def before(self) -> "Period":
        """As many days just before, to compare with."""
        length = timedelta(days=len(self.days))
        return Period(self.first - length, self.last - length, self.channel, self.group)

    def rows(self, rollup: Table) -> list[ColumnElement[bool]]:
        """The rows of a table that has days."""
        return [rollup.c.day.between(self.first, self.last), *self.place(rollup.c.channel, rollup.c.group_key)]

    def moments(self, at: Column[Any]) -> list[ColumnElement[bool]]:
        """The rows of a table that has moments."""
        return [at >= self.begins, at < self.ends]

    def place(self, channel: ColumnElement[Any], group: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The rows of this channel and group."""
        chosen: list[ColumnElement[bool]] = [channel == self.channel] if self.channel else []
        if self.group == "":
            return [*chosen, group.is_(None) | (group == "")]
        return [*chosen, group == self.group] if self.group else chosen

    @property
    def anywhere(self) -> bool:
        """Whether neither channel nor group was chosen."""
        return self.channel is None and self.group is None


def last_days(number: int, now: datetime, channel: str | None = None, group: str | None = None) -> Period:
    """The last so many days, today included."""
    today = now.astimezone(SHANGHAI).date()
    return Period(today - timedelta(days=number - 1), today, channel, group)


# Asia/Shanghai has kept one time, eight hours ahead, since 1991.


class local_day(FunctionElement[date]):
    """The day of a moment in Asia/Shanghai."""

    type = Date()
    inherit_cache = True


class local_hour(FunctionElement[int]):
    """The hour of a moment in Asia/Shanghai, 0 to 23."""

    type = Integer()
    inherit_cache = True


class weekday(FunctionElement[int]):
    """The weekday of a day: 1 (Monday) to 7."""

    type = Integer()
    inherit_cache = True


class seconds_between(FunctionElement[float]):
    """Seconds from one moment to a later one."""

    type = Float()
    inherit_cache = True


def _part(element: FunctionElement[Any], compiler: SQLCompiler, number: int = 0) -> str:
    return compiler.process(list(element.clauses)[number])


@compiles(local_day, "sqlite")
def _day_sqlite(element: local_day, compiler: SQLCompiler, **_: Any) -> str:
    return f"date({_part(element, compiler)}, '+8 hours')"


@compiles(local_day, "postgresql")
def _day_postgresql(element: local_day, compiler: SQLCompiler, **_: Any) -> str:
    return f"CAST({_part(element, compiler)} AT TIME ZONE 'Asia/Shanghai' AS date)"


@compiles(local_hour, "sqlite")
def _hour_sqlite(element: local_hour, compiler: SQLCompiler, **_: Any) -> str:
    return f"((CAST(substr({_part(element, compiler)}, 12, 2) AS INTEGER) + 8) % 24)"


@compiles(local_hour, "postgresql")
def _hour_postgresql(element: local_hour, compiler: SQLCompiler, **_: Any) -> str:
    return f"CAST(extract(hour FROM {_part(element, compiler)} AT TIME ZONE 'Asia/Shanghai') AS integer)"


@compiles(weekday, "sqlite")
def _weekday_sqlite(element: weekday, compiler: SQLCompiler, **_: Any) -> str:
    return f"((CAST(strftime('%w', {_part(element, compiler)}) AS INTEGER) + 6) % 7 + 1)"


@compiles(weekday, "postgresql")
def _weekday_postgresql(element: weekday, compiler: SQLCompiler, **_: Any) -> str:
    return f"CAST(extract(isodow FROM {_part(element, compiler)}) AS integer)"


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: seconds_between, compiler: SQLCompiler, **_: Any) -> str:
    earlier, later = _part(element, compiler), _part(element, compiler, 1)
    return f"round((julianday({later}) - julianday({earlier})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: seconds_between, compiler: SQLCompiler, **_: Any) -> str:
    earlier, later = _part(element, compiler), _part(element, compiler, 1)
    return f"CAST(extract(epoch FROM {later} - {earlier}) AS double precision)"
