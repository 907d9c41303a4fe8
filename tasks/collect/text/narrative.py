"""Numbers in the 情况说明 of a published document and what they claim to be."""

import re
from dataclasses import dataclass, field

from models.forms.matching import normalise
from models.profiles import Profile
from models.submission import Fact
from tasks.collect.text.basis import figure_is_budget, heading_is_budget, sentence_is_budget
from tasks.collect.text.facts import ALIASES, DECREASE, SUBTOPICS, TOPICS, Pattern, compile_patterns, subjects
from tasks.collect.text.source import Line

LIMIT_CHARACTERS = 300_000
"""Longest narrative searched; real ones have some ten thousand characters."""

LIMIT_SENTENCE = 4_000

_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|（[0-9]{1,2}）)[^。；，：0-9]{2,45}"
)
_SENTENCE_END = "。；！？"
_PARAGRAPH_END = _SENTENCE_END + "：”"
_FOLD = str.maketrans({"(": "（", ")": "）", ":": "：", ";": "；", "％": "%", "‘": "“", "’": "”"})
_SUBJECT = re.compile(r"\{([一-龥])\}")


@dataclass(slots=True)
class Sentence:
    """A sentence with the topic of its heading.

    Attributes:
        text: As printed, without line breaks. folded: Without spaces, brackets folded: what patterns match.
        lines: File line of each character of ``folded``.
        budget: Whether its amounts are budgets.
    """

    topic: str
    text: str
    folded: str
    lines: list[int]
    budget: bool = False


@dataclass(slots=True)
class _Paragraph:
    topic: str = ""
    budget: bool = False
    characters: list[tuple[str, int]] = field(default_factory=list)


def read_facts(lines: list[Line], profile: Profile) -> list[Fact]:
    """Find the facts of a narrative.

    Args:
        lines: Lines of the narrative sections, headings included.
        profile: For the words of its forms.

    Returns:
        Facts in reading order. Amounts keep the document's unit; decreases are negative.
    """
    patterns = compile_patterns(profile.code, tuple(subjects(profile).items()))
    context: dict[str, str] = {}
    facts: list[Fact] = []
    topic = ""
    for sentence in sentences_of(lines):
        if sentence.topic != topic:
            topic = sentence.topic
            context.clear()
        facts.extend(_facts_of(sentence, patterns, context))
    return facts


def sentences_of(lines: list[Line]) -> list[Sentence]:
    """Sentences of a narrative; paragraphs cut at a page break are joined again."""
    sentences: list[Sentence] = []
    paragraph = _Paragraph()
    topics = ["", ""]
    under_budget = False
    budget = LIMIT_CHARACTERS
    for line in lines:
        text = line.single
        if not text or budget <= 0:
            continue
        budget -= len(text)
        folded = normalise(text)
        if _HEADING.fullmatch(folded):
            sentences.extend(_cut(paragraph))
            _enter(folded, topics)
            under_budget = heading_is_budget(folded)
            paragraph = _Paragraph(topics[1] or topics[0], under_budget)
            continue
        ended = not paragraph.characters or paragraph.characters[-1][0] in _PARAGRAPH_END
        if ended:
            sentences.extend(_cut(paragraph))
            paragraph = _Paragraph(topics[1] or topics[0], under_budget)
        paragraph.characters.extend((character, line.number) for character in text)
    sentences.extend(_cut(paragraph))
    return sentences


def _enter(heading: str, topics: list[str]) -> None:
    topic = next((name for name, pattern in TOPICS if re.search(pattern, heading)), "")
    if heading.startswith("（"):
        topics[1] = topic if topic in SUBTOPICS else topics[1] if heading[1].isdigit() else ""
    else:
        topics[:] = [topic, ""]


def _cut(paragraph: _Paragraph) -> list[Sentence]:
    found: list[Sentence] = []
    start = 0
    budget = False
    characters = paragraph.characters
    for index, (character, _) in enumerate(characters):
        if character in _SENTENCE_END or index + 1 == len(characters) or index + 1 - start >= LIMIT_SENTENCE:
            part, start = characters[start : index + 1], index + 1
            kept = [(letter, number) for letter, number in part if not letter.isspace()]
            folded = "".join(letter for letter, _ in kept).translate(_FOLD)
            text = "".join(letter for letter, _ in part).strip()
            budget = sentence_is_budget(folded, heading=paragraph.budget, before=budget)
            found.append(Sentence(paragraph.topic, text, folded, [number for _, number in kept], budget))
    return found


def _facts_of(sentence: Sentence, patterns: tuple[Pattern, ...], context: dict[str, str]) -> list[Fact]:
    facts: list[Fact] = []
    for pattern, match in _accepted(sentence, patterns):
        words = {key: ALIASES.get(word, word) for key, word in match.groupdict().items() if len(key) == 1 and word}
        context.update(words)
        if "整" in words:
            context["名"] = words["整"]
        for slot in pattern.slots:
            name = _SUBJECT.sub(lambda found: context.get(found[1], "未指明"), slot.name)
            if _claims_final(name, match[f"u{slot.group}"]) and figure_is_budget(
                sentence.folded, match.start(slot.group), within=sentence.budget
            ):
                name = f"{name.removesuffix('/决算数')}/预算数"
            number = match[slot.group].replace(",", "")
            falls = bool(slot.direction) and match[slot.direction] in DECREASE
            value = f"-{number}" if falls and number.strip("0.") else number
            location = f"第 {sentence.lines[match.start(slot.group)]} 行"
            facts.append(Fact(sentence.text, name, value, match[f"u{slot.group}"], slot.declared, location))
    return facts


def _claims_final(name: str, unit: str) -> bool:
    """Whether a fact's name says that it is an amount of the final accounts."""
    return unit.endswith("元") and not any(word in name for word in ("预算", "绩效", "自评", "其他/"))


def _accepted(sentence: Sentence, patterns: tuple[Pattern, ...]) -> list[tuple[Pattern, re.Match[str]]]:
    """Matches in text order; of two that want the same number the earlier pattern has it."""
    taken: set[int] = set()
    accepted: list[tuple[Pattern, re.Match[str]]] = []
    has_digit = any("0" <= character <= "9" for character in sentence.folded)
    for pattern in patterns:
        if pattern.topic not in ("", sentence.topic) or (pattern.slots and not has_digit):
            continue
        for match in pattern.regex.finditer(sentence.folded):
            starts = {match.start(slot.group) for slot in pattern.slots}
            if starts & taken:
                continue
            taken |= starts
            accepted.append((pattern, match))
    return sorted(accepted, key=lambda pair: pair[1].start())
