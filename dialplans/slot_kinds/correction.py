"""Corrections ("no, I said Tuesday", "not Monday but Tuesday", 不对，是周二): what in them is the new value. Pure."""

import re

from dialplans.slot_kinds.sentence import even

_NOT_BUT_EN = re.compile(r"\bnot\s+(?:(?:on|at|for)\s+)?.{1,40}?(?:,|\bbut\b|;|\.)\s*(?:but\s+|it's\s+|it is\s+)?")
_TURNS_EN = re.compile(
    r"\b(?:(?:no|nope|sorry|wait|actually|not(?=[,.!;:])|wrong|incorrect)\b[,.!;: ]*)+"
    r"(?:(?:that(?:'s| is| was)|it(?:'s| is))\s+"
    r"(?:wrong|not right|not correct|incorrect|not (?:it|that|what i said))[,.!;: ]*)?(?:but\s+)?"
    r"(?:(?:i|we)(?:'d| did| have)?\s*(?:said|say|meant?|wanted|want)(?:\s+to say)?|make (?:it|that)"
    r"|(?:it|that) (?:should|must) be|it(?:'s| is| was)|that(?:'s| is)|let(?:'s| us) (?:say|make it)"
    r"|change (?:it|that) to|rather)?[,:\s]*"
)
_BEGINS_EN = re.compile(
    r"\b(?:i said|i meant?|make (?:it|that)|(?:it|that) should be|change (?:it|that) to|correction"
    r"|i want(?:ed)? to say)\b[,:\s]*"
)
_NOT_THIS_ZH = re.compile(r"(?<!是)不[是要][^，,。 ]{1,12}[，,。]\s*(?!而?是|应该是)")
_NOT_BUT_ZH = re.compile(r"不是.{1,20}?[，,。 ]?(?:而是|，是|,是|。是|是|应该是)")
_TURNS_ZH = re.compile(
    r"(?:(?:不是(?=[，,。.！!、 的啊哦呃我应而改换])|不对|错了|不(?![是要想])"
    r"|没有|等等|等一下|弄错了|说错了|搞错了|抱歉|对不起|啊|哦|呃)[，,。.！!、 ]*)+"
    r"(?:我(?:刚才|刚刚)?(?:说的?是|的意思是|是说|说|想说的?是|要的?是)|应该是|改成|改为|换成|换到|改到|而是|是)?"
    r"[，,：: ]*"
)
_BEGINS_ZH = re.compile(
    r"(?:我(?:刚才|刚刚)?(?:说的是|的意思是|是说|说错了|想说的?是)|应该是|改成|改为|换成|换到|改到|还是改|更正)"
    r"(?:一下)?[，,：: ]*(?:是)?"
)
_INSTEAD = {
    "en": re.compile(
        r"^(?:(?:can|could) (?:we|you|i) (?:do|make it|have) |(?:let's|let us) (?:do|say) )?(.+?),? instead\b"
    ),
    "zh": re.compile(r"^(?:那|要不|那就|嗯)?[，, ]*(?:还是|要不)(.+?)吧?[。！!.]?$"),
}
"""The new value stands before the word that says so: "Friday instead", 还是周五吧."""
_REFUSES = {
    "en": re.compile(r"not\b(?! (?:until|till|before|after)\b)"),
    "zh": re.compile("不是|不要|不想"),
}
"""How what is left begins that says only what isn't wanted: "no, not Friday", 不，不是周五."""
_AROUND = " ,.!?;:，。！？、嗯呃啊哦"
_AGREED = re.compile(r"\b(?:yes|yeah|yep|yup|sure|okay|ok|right|correct|well|oh)\b|是的?|好的?|对的?|可以|行")
"""What may stand before it: who says "yes, no, at twelve" has thought better of the yes."""


def corrected(text: str, language: str) -> str | None:
    """Return the part of a correction that carries the new value, or None where `text` corrects nothing.

    "no, I said Tuesday" -> "Tuesday"; "不对，是周二" -> "周二"; "not Monday, Tuesday" -> "Tuesday"; "no" -> None.
    """
    plain = even(text)
    chinese = language == "zh"
    turns = _TURNS_ZH if chinese else _TURNS_EN
    for rule in (_NOT_THIS_ZH, _NOT_BUT_ZH, turns, _BEGINS_ZH) if chinese else (_NOT_BUT_EN, turns, _BEGINS_EN):
        found = rule.search(plain)
        if found and (rule is not turns or not _AGREED.sub("", plain[: found.start()]).strip(_AROUND)):
            rest = text[found.end() :].strip(_AROUND)
            if rest:
                refused = _REFUSES["zh" if chinese else "en"].match(even(rest))
                return corrected(rest, language) or (None if refused else rest)
    # `even` keeps the length, so places in it are places in `text`.
    instead = _INSTEAD["zh" if chinese else "en"].search(plain)
    return text[instead.start(1) : instead.end(1)].strip(_AROUND) or None if instead else None
