"""The words by which closed questions are answered, by language: for grammars, and for what was heard. Pure data.

A language that is missing here has no list: its closed questions are listened to freely.
"""

from asr_tts.speech_protocol import QuestionKind

AGREEING: dict[str, tuple[str, ...]] = {
    "en": (
        "yes", "yeah", "yep", "yup", "yes please", "sure", "of course", "okay", "ok", "right", "correct",
        "that's right", "that is correct", "absolutely", "definitely", "certainly", "exactly", "affirmative", "i do",
        "please do", "go ahead", "sounds good", "fine",
    ),
    "zh": (
        "是", "是的", "对", "对的", "好", "好的", "可以", "行", "没错", "没问题", "当然", "确认", "要", "愿意",
        "嗯是的",
    ),
    "ko": ("네", "예", "응", "그래", "그래요", "맞아", "좋아요", "그럼"),
}  # fmt: skip
REFUSING: dict[str, tuple[str, ...]] = {
    "en": (
        "no", "nope", "nah", "no thanks", "no thank you", "not really", "not now", "not at all", "of course not",
        "never", "i don't", "i do not", "wrong", "incorrect", "that's wrong", "that is not right", "that's not right",
        "not correct", "negative", "don't",
    ),
    "zh": (
        "不", "不是", "不对", "不要", "不用", "不行", "不好", "不可以", "没有", "错", "错了", "否", "算了", "不愿意",
        "不是的", "不用了",
    ),
    "ko": ("아니요", "아니오", "아니", "아뇨", "싫어요", "됐어요"),
}  # fmt: skip
DIGITS: dict[str, tuple[str, ...]] = {
    "en": (
        "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty",
        "fifty", "sixty", "seventy", "eighty", "ninety", "double", "triple",
    ),
    "zh": ("零", "一", "幺", "二", "两", "三", "四", "五", "六", "七", "八", "九"),
    "ko": ("영", "공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"),
}  # fmt: skip
"""No tens for Chinese and Korean: numbers are said there digit by digit."""


def words_of(kind: QuestionKind, language: str, phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return all that may answer a closed question; () where it is open, or where nobody knows it in `language`."""
    match kind:
        case "list":
            return phrases
        case "yes_no":
            known = (*AGREEING.get(language, ()), *REFUSING.get(language, ()))
            # Two phrases of its own are an alternative to yes and no, and alone they are enough.
            return (*phrases, *known) if known or len(phrases) == 2 else ()
        case "digits":
            return DIGITS.get(language, ())
        case _:
            return ()
