"""What people ask in the demo: the content's phrasings as hurried people type them, and things it does not know."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

from kb.knowledge import Knowledge
from kb.noise import Noise

T = TypeVar("T")
UNHEARD = (
    ("考勤机刷脸没反应", "刷脸机器刷不了脸", "人脸机一直识别不到人", "门口那台刷脸的机子坏了找谁修", "刷脸老是失败"),
    ("下雨停工那天考勤怎么算", "雨天没施工打不打卡", "暴雨停工考勤会不会算缺勤", "台风停工要不要补考勤"),
    ("两个手机能不能同时登一个号", "换了新手机旧手机还能打卡吗", "备用机登录会不会掉线", "一个账号两台手机"),
    ("总监生病住院了考勤怎么办", "住院期间打不了卡", "做手术一个月打不了卡会怎么样", "病假证明交到哪里"),
    ("打卡记录能不能发到邮箱", "考勤数据怎么发给业主", "业主要看考勤报表在哪导", "甲方要考勤汇总表"),
    ("夜班跨零点打卡算哪天", "晚上十二点以后打卡算第二天吗", "夜里浇混凝土打卡算哪一天"),
    ("小程序字太小能不能放大", "字体怎么调大", "年纪大看不清小程序的字", "界面能不能大字版"),
    ("项目部搬家了牌子要不要换", "项目部换地方公示牌怎么弄", "公示牌上的二维码失效了"),
    ("无人机巡检算不算到岗", "用无人机看工地能代替到场吗", "远程视频检查算不算考勤"),
    ("食堂刷卡和考勤是一套吗", "饭卡能当考勤卡用吗", "工地一卡通打卡算吗"),
    ("别人的定位软件被封号了怎么恢复", "提示账号异常被限制了", "账号被冻结找谁解", "说我虚拟定位封了"),
    ("实习生要不要考勤", "刚毕业跟着学的要打卡吗", "见习的施工员算不算管理人员"),
)
"""Each line: one thing that the content says nothing of, as several people put it."""
_CONTACT = (
    "我们项目归谁管",
    "该打哪个电话",
    "主管部门电话多少",
    "{district}的电话是多少",
    "{district}找谁",
    "考勤问题打谁电话",
)
_SMALL = ("你好", "谢谢", "在吗", "转人工", "你是机器人吗", "好的", "人工客服")
_NOISY = 0.2
_SHARES = {"record": 0.7, "topic": 0.1, "unheard": 0.08, "contact": 0.07, "small": 0.05}


class Asking:
    """Draws questions; some are asked far more often than others."""

    def __init__(self, knowledge: Knowledge, noise: Noise, random: Random) -> None:
        self._random = random
        self._noise = noise
        records = [
            [phrasing.text for phrasing in record.phrasings] or [record.question] for record in knowledge.records
        ]
        topics = [list(topic.phrasings) for topic in knowledge.topics if topic.near and topic.phrasings]
        self._pools = {
            "record": _shuffled(records, random),
            "topic": _shuffled(topics, random)[:14],
            "unheard": [list(each) for each in UNHEARD],
        }
        self._districts = [district.name for district in knowledge.districts]

    def draw(self) -> str:
        """One question."""
        kind = self._random.choices(list(_SHARES), list(_SHARES.values()))[0]
        if kind == "small":
            return self._random.choice(_SMALL)
        if kind == "contact":
            return self._random.choice(_CONTACT).format(district=self._random.choice(self._districts))
        text = self._often(self._often(self._pools[kind]))
        return self._noisy(text) if self._random.random() < _NOISY else text

    def _noisy(self, text: str) -> str:
        noise = self._noise
        makers = (noise.wrapped, noise.wrapped, noise.misspelt, noise.broken_off, noise.in_pinyin)
        return self._random.choice(makers)(text, self._random) or text

    def _often(self, things: Sequence[T]) -> T:
        weights = list(accumulate(1 / (place + 2) for place in range(len(things))))
        return self._random.choices(things, cum_weights=weights)[0]


def _shuffled(things: list[list[str]], random: Random) -> list[list[str]]:
    return random.sample(things, len(things))
