"""The people of the demo: where they build, how they write to the bot, and who works at the desk. All of them made up."""

from dataclasses import dataclass
from random import Random

from kb.knowledge import Knowledge

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_TITLES = ("工", "经理", "师傅", "监理", "资料员", "总监")
_PLACES = ("滨江", "青龙", "百家湖", "将军大道", "文昌", "紫金", "秣陵", "江山", "迎宾", "石林", "中和", "胜利")
_WORKS = {
    "housing": ("花园二期", "安置房", "小学新建工程", "商务中心"),
    "municipal": ("快速路改造", "管网工程", "道路提升"),
    "rail": ("地铁站土建", "轨道交通三标"),
    "decoration": ("办公楼装修", "酒店精装修"),
}
_PLAIN_WORKS = ("项目部", "工程一标段", "综合楼")
_CHANNELS = (("web", 34), ("telegram", 10), ("onebot", 33), ("wecom", 15), ("mp", 8))
_GROUPS = (
    *(("onebot", f"7350{number}41", 5 - number % 3) for number in range(6)),
    *(("wecom", f"wrDemoSite{number}", 2) for number in range(3)),
    ("telegram", "-1002000000017", 1),
)
_IN_GROUP = 0.3
_AGENTS = (
    ("console", "linyue", "林悦"),
    ("console", "zhaomin", "赵敏"),
    ("console", "chenhao", "陈昊"),
    ("telegram", "880001", "小周"),
    ("wecom", "sunli", "孙丽"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a building site. ``group``: where he asks, if not alone."""

    number: int
    channel: str
    group: str | None
    account: str
    name: str
    phone: str
    project: str
    district: str | None
    project_type: str | None
    talkative: float

    @property
    def key(self) -> str:
        """His lane on the channel."""
        return f"{self.group}/{self.account}" if self.group else self.account


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent of the desk. ``weight``: how much of the work is his."""

    id: int
    channel: str
    account: str
    name: str
    weight: float


def crowd(knowledge: Knowledge, size: int, random: Random) -> list[Person]:
    """So many people."""
    return [_person(knowledge, number, random) for number in range(1, size + 1)]


def colleagues() -> list[Colleague]:
    """Who works at the desk."""
    return [Colleague(place, *who, weight=1 / place) for place, who in enumerate(_AGENTS, start=1)]


def _person(knowledge: Knowledge, number: int, random: Random) -> Person:
    channel = random.choices([name for name, _ in _CHANNELS], [weight for _, weight in _CHANNELS])[0]
    groups = [each for each in _GROUPS if each[0] == channel]
    group = None
    if groups and random.random() < _IN_GROUP:
        group = random.choices(groups, [each[2] for each in groups])[0][1]
    kind = random.choice([None, *(each.id for each in knowledge.project_types)])
    districts = [district.name for district in knowledge.districts]
    # Some districts build more than others.
    district = random.choices([None, *districts], [3, *(12 - place % 7 for place in range(len(districts)))])[0]
    project = f"{random.choice(_PLACES)}{random.choice(_WORKS.get(kind or '', _PLAIN_WORKS))}"
    return Person(
        number=number,
        channel=channel,
        group=group,
        account=f"demo-{number:04}" if channel in ("web", "mp", "wecom") else str(990_000_000 + number),
        name=f"{random.choice(_SURNAMES)}{random.choice(_TITLES)}",
        # 1390000…: nobody's numbers.
        phone=f"1390000{number:04}",
        project=project,
        district=district,
        project_type=kind,
        talkative=random.paretovariate(1.3),
    )
