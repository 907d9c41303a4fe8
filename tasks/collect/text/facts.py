"""What the sentences of 情况说明 claim: an ordered list of patterns, one line per standard sentence.

Notation of a pattern (all else is a regular expression):

* ``<元:名称>`` a number with 元, 万元 or 亿元; ``<%:名称>`` a percent; ``<个:名称>`` a number with exactly that unit;
  ``!`` after the unit marks a fact that the unit declares (``<元!:名称>``), since no table holds it.
* ``<±>`` a word of increase or decrease: the numbers after it take its sign.
* ``{类}`` one of the subjects of :func:`subjects`; its words may be used in names, also of later sentences.
* ``，`` any or no punctuation; ``…`` up to sixteen characters without digits or punctuation.

Names of facts: ``收入总计``, ``收入总计/较上年增减``, ``收入合计/事业收入/占比``, ``卫生健康支出/年初预算``,
``公务用车/保有量``, ``项目自评/<项目名称>/总得分`` and so on, as the patterns say.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from models.profiles import Profile

NUMBER = r"(?<![0-9.,])-?(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,16})(?:\.[0-9]{1,6})?"
"""A displayed number; the bounds keep matching linear."""

INCREASE = ("增加", "增长", "上升", "提高", "多")
DECREASE = ("减少", "下降", "降低", "少")

TOPICS = (
    ("财政拨款总体", r"财政拨款(?:收入支出|收支).{0,4}总体"),
    ("总体", r"(?:收入支出|收支).{0,4}总体"),
    ("三公", r"三公"),
    ("基金", r"政府性基金"),
    ("国资", r"国有资本经营"),
    ("机关运行", r"机关运行经费"),
    ("采购", r"政府采购"),
    ("资产", r"国有资产"),
    ("绩效", r"绩效"),
    ("一般公共", r"一般公共预算|基本支出决算"),
    ("收入", r"收入决算"),
    ("支出", r"支出决算"),
)
"""Topic of a heading, first match wins; a heading without one keeps the topic of the heading above it."""

SUBTOPICS = frozenset({"三公", "机关运行", "采购", "资产", "绩效"})
"""Topics that a second-level heading may open."""

_YEAR_ON_YEAR = "<±><元!:{N}/较上年增减>，<±><%!:{N}/较上年增减率>"


def _changed(subject: str, name: str) -> str:
    return subject + _YEAR_ON_YEAR.replace("{N}", name)


PATTERNS: tuple[tuple[str, str], ...] = (
    ("总体", _changed("{总}", "{总}")),
    ("总体", _changed("(?:收、支|收支|收入[、和]支出)总计[各均]", "收支总计")),
    ("总体", "{总}(?:为)?<元:{总}>"),
    ("财政拨款总体", _changed("财政拨款{总}", "财政拨款{总}")),
    ("财政拨款总体", _changed("{总}", "财政拨款{总}")),
    ("财政拨款总体", "{总}(?:为)?<元:财政拨款{总}>"),
    ("收入", "{收}(?:为)?<元:收入合计/{收}>，占(?:比|收入合计的?)?<%:收入合计/{收}/占比>"),
    ("收入", "收入合计(?:为)?<元:收入合计>"),
    ("支出", "{支}(?:为)?<元:支出合计/{支}>，占(?:比|支出合计的?)?<%:支出合计/{支}/占比>"),
    ("支出", "支出合计(?:为)?<元:支出合计>"),
    (
        "一般公共",
        "财政拨款支出年初预算数?(?:为)?<元!:财政拨款支出/年初预算>，支出决算数?(?:为)?<元:财政拨款支出/支出决算>"
        "，完成年初预算的?<%:财政拨款支出/完成年初预算>",
    ),
    (
        "一般公共",
        "{类}(?:（类）)?年初预算数?(?:为)?<元!:{类}/年初预算>，支出决算数?(?:为)?<元:{类}/支出决算>"
        "，完成年初预算的?<%:{类}/完成年初预算>",
    ),
    ("一般公共", "{类}（类）(?:支出)?<元:{类}>，占(?:比)?<%:{类}/占比>"),
    ("一般公共", _changed("财政拨款支出", "财政拨款支出")),
    (
        "一般公共",
        "财政拨款(?:决算支出|支出决算|支出)(?:为)?<元:财政拨款支出>，占本年支出合计的?<%:财政拨款支出/占本年支出合计>",
    ),
    ("一般公共", "财政拨款支出<元:财政拨款支出>"),
    ("一般公共", "财政拨款基本支出<元:基本支出>"),
    ("一般公共", "人员经费<元:基本支出/人员经费>，占(?:比)?<%:基本支出/人员经费/占比>"),
    ("一般公共", "人员经费<元:基本支出/人员经费>"),
    ("一般公共", "公用经费<元:基本支出/公用经费>，占(?:比)?<%:基本支出/公用经费/占比>"),
    ("一般公共", "公用经费<元:基本支出/公用经费>"),
    ("一般公共", "{经}(?:支出)?<元:基本支出/{经}>"),
    ("一般公共", _changed("[较比]上年(?:决算数?)?", "{类}")),
    ("一般公共", "“{引}”<元!:年初预算项目/{引}>"),
    (
        "三公",
        "三公”?经费”?财政拨款支出(?:全年|年初)?预算数?<元:三公经费/预算数>，支出决算数?<元:三公经费/决算数>"
        "，完成(?:全年|年初)?预算的?<%:三公经费/完成预算>",
    ),
    ("三公", "{三}(?:支出)?<元:{三}/决算数>，完成(?:全年|年初)?预算的?<%:{三}/完成预算>"),
    ("三公", "{三}(?:支出)?<元:{三}/决算数>"),
    ("三公", _changed("[较比]上年(?:决算数?)?", "{三}")),
    ("三公", "团组(?:共|共计)?<个!:因公出国（境）/团组数>，<人次!:因公出国（境）/人次>"),
    ("三公", "购置公务用车<辆!:公务用车/购置数>"),
    ("三公", "公务用车保有量(?:共|为)?<辆!:公务用车/保有量>"),
    ("三公", "{接}<元!:{接}>，(?:共接待(?:国（境）外)?)?<批次!:{接}/批次>，<人次!:{接}/人次>"),
    ("三公", "共接待<批次!:公务接待/批次>，<人次!:公务接待/人次>"),
    ("机关运行", _changed("[较比](?:[0-9]{4}年|上年)", "机关运行经费")),
    ("机关运行", "机关运行经费(?:支出)?<元:机关运行经费>"),
    ("采购", "政府采购支出总额<元:政府采购支出>"),
    ("采购", "政府采购{采}支出<元:政府采购支出/{采}>"),
    ("采购", "授予{企}合同金额<元!:授予{企}合同金额>，占政府采购支出总额的?<%:授予{企}合同金额/占比>"),
    ("资产", "{车}<辆:车辆/{车}>"),
    ("资产", "共有车辆<辆:车辆/合计>"),
    ("资产", "单价100万元（?含?）?以上(?:的)?设备(?:（不含车辆）)?<台（套）:单价100万元以上设备>"),
    (
        "绩效",
        "涵盖一级项目<个!:绩效自评/一级项目数>，二级项目<个!:绩效自评/二级项目数>，共?涉及资金<元!:绩效自评/涉及资金>",
    ),
    ("绩效", "占…项目支出总额的?<%:绩效自评/占项目支出总额>"),
    ("绩效", "{评}，涉及资金<元!:{评}/涉及资金>"),
    ("绩效", "等<个!:部门评价/项目数>"),
    ("绩效", "{算}项目支出<元!:绩效自评/{算}项目支出>"),
    ("绩效", "{算}支出<元!:{评}/{算}支出>"),
    ("绩效", "{级}项目绩效自评个数<个!:{级}项目绩效自评/个数>，涉及资金<元!:{级}项目绩效自评/涉及资金>"),
    ("绩效", "<个!:{级}项目绩效自评/等级为{等}>项目自评等级为“{等}”"),
    ("绩效", "[0-9]{1,2}、{名}绩效自评综述"),
    ("绩效", "{整}绩效自评综述"),
    ("绩效", "预算执行情况得分<分:项目自评/{名}/预算执行得分>"),
    ("绩效", "指标完成情况得分<分:项目自评/{名}/指标得分>"),
    ("绩效", "总得分<分:项目自评/{名}/总得分>"),
    (
        "绩效",
        "预算数?(?:为)?<元:项目自评/{名}/预算数>，…执行数?(?:为)?<元:项目自评/{名}/执行数>"
        "，(?:预算)?(?:执行|完成)率(?:为)?<%:项目自评/{名}/执行率>",
    ),
    ("", "{前}<元!:其他/{前}>(?!（含）|以上|以下)"),
    ("", "{前}<%!:其他/{前}>"),
)
"""(topic, pattern) in order of precedence; topic empty: anywhere. A number belongs to the first that matches it."""

ALIASES = {
    "因公出国境费": "因公出国（境）费",
    "因公出国（境）费用": "因公出国（境）费",
    "公务用车购置": "公务用车购置费",
}
"""Words of a subject to the canonical ones."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One number of a pattern: its group, the name of the fact, whether declared, and the group of its direction."""

    group: str
    name: str
    declared: bool
    direction: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern and its numbers."""

    topic: str
    regex: re.Pattern[str]
    slots: tuple[Slot, ...]


def subjects(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Words that each subject of a pattern may stand for, from the form catalogue where it has them."""
    forms = profile.forms
    classes = [row.name for row in forms["公开01"].rows.values() if row.code] if "公开01" in forms else []
    economic = [row.name for row in forms["公开06"].rows.values() if len(row.code) == 3] if "公开06" in forms else []
    vehicles = (
        [row.name for row in forms["公开10"].rows.values() if row.name.endswith("用车")] if "公开10" in forms else []
    )
    return {
        "总": ("收入总计", "支出总计"),
        "收": tuple(forms["公开02"].columns) if "公开02" in forms else (),
        "支": tuple(forms["公开03"].columns) if "公开03" in forms else (),
        "类": tuple(classes),
        "经": tuple(economic),
        "三": ("因公出国（境）费用", "因公出国（境）费", "因公出国境费", "公务用车购置费", "公务用车购置",
              "公务用车运行维护费", "公务接待费"),
        "接": ("国（境）外接待费", "国内接待费", "外事接待费"),
        "采": ("货物", "工程", "服务"),
        "企": ("中小企业", "小微企业"),
        "车": tuple(vehicles),
        "评": ("整体支出绩效自评", "部门评价"),
        "算": ("一般公共预算", "政府性基金预算", "国有资本经营预算", "国有资金经营预算", "社会保险基金预算"),
        "级": ("一级", "二级"),
        "等": ("优", "良", "中", "差"),
        "整": ("整体支出",),
    }  # fmt: skip


_FREE = {"引": "[^“”0-9]{2,30}", "名": "[^：。；，]{2,60}", "前": "[^0-9，。；：、“”]{1,24}"}
"""Subjects that are any words: a quoted name, a project's name, the words before a number."""

_TOKEN = re.compile(r"<±>|<(?P<unit>[^:<>!]+)(?P<declared>!?):(?P<name>[^<>]+)>|\{(?P<subject>[一-龥])\}|[，…]")
_MONEY = "(?:万元|亿元|元)"


@lru_cache(maxsize=8)
def compile_patterns(profile_code: str, words: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Pattern, ...]:
    """Compile :data:`PATTERNS` with a profile's subjects (``tuple(subjects(profile).items())``)."""
    known = {
        key: "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)) for key, texts in words
    } | _FREE
    return tuple(_compile(topic, text, known) for topic, text in PATTERNS if _usable(text, known))


def _usable(text: str, known: dict[str, str]) -> bool:
    return all(known.get(match["subject"]) for match in _TOKEN.finditer(text) if match["subject"])


def _compile(topic: str, text: str, known: dict[str, str]) -> Pattern:
    slots: list[Slot] = []
    seen: set[str] = set()
    direction = ""

    def replaced(match: re.Match[str]) -> str:
        nonlocal direction
        token = match.group()
        if token == "，":
            return "[，,、：；]?"
        if token == "…":
            return "[^0-9，,。；]{0,16}?"
        if token == "<±>":
            direction = f"d{match.start()}"
            return f"(?P<{direction}>{'|'.join((*INCREASE, *DECREASE))})(?:了|约)?"
        if subject := match["subject"]:
            if subject in seen:
                return f"(?P={subject})"
            seen.add(subject)
            return f"(?P<{subject}>{known[subject]})"
        group, unit = f"v{len(slots)}", match["unit"]
        slots.append(Slot(group, match["name"], bool(match["declared"]), direction))
        units = {"元": _MONEY, "%": "[%％]"}.get(unit, re.escape(unit))
        return f"(?P<{group}>{NUMBER})(?P<u{group}>{units})"

    return Pattern(topic, re.compile(_TOKEN.sub(replaced, text)), tuple(slots))
