"""What the first words of who answers a call tell of who that is: phrases of both languages with their weights. Pure.

A weight is a log-odds (natural logarithm) for a class against a person; phrases of one kind count once. Chinese is
compared by toneless pinyin with the blurs of recognisers, as everywhere; English by its plain words.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from knowledge.wording import blurred, plain, syllables

Who = Literal["human", "machine", "screening", "fax", "announcement", "ivr"]
Found = Mapping[str, tuple[str, float]]
"""By phrase kind: who it speaks for, and its log-odds."""

_ENGLISH: tuple[tuple[Who, str, float, tuple[str, ...]], ...] = (
    ("machine", "leave a message", 6.0, (
        r"\b(leave|record|drop|send) (me |us |him |her |them )?(a|your|the|you|any) (\w+ ){0,3}?messages?\b",
        r"\b(leave|record) (me |us |him )?(a|your|the|you) (\w+ ){0,3}?(name|number|details) (?!(and|then|after)\b)\w",
        r"\bleave (your )?name (and|your) (\w+ ){0,2}?(number|message)\b", r"\bleave (a )?message\b",
    )),
    ("machine", "the tone", 6.0, (
        r"\b(after|at|following|wait for|hear) the (\w+ )?(tone|beep|signal|bleep|peep)\b",
    )),
    ("machine", "voicemail", 6.0, (
        r"\b(voice ?mail|voice mailbox|mail ?box|answering machine|answer ?phone|answering service)\b",
    )),
    ("machine", "have reached", 2.5, (
        r"(?<!number )(?<!number that )\byou ?(have|ve)?( just)? reached\b", r"\byou have got (through to )?the\b",
    )),
    ("machine", "can't take the call", 5.0, (
        r"\b(can ?not|unable to|not able to|could not) (come|get|make it)( to)? (the |your )?(phone|call)",
        r"\b(can ?not|unable to|not able to|could not) (take|answer|pick up) (your|the|this|my)? ?(phone|call)",
        r"\b(can ?not|could not|unable to) (talk|speak) (right now|at the moment)\b.*\b(leave|back|message)",
    )),
    ("machine", "not here", 4.0, (
        r"\bnot (here|in|home|available|around|at my desk) (right now|just now|at (the|this)|to (take|answer))\b",
        r"\b(unavailable|on the other line) (right now|just now|at (the|this) (moment|time)|to)\b",
        r"\b(away from|out of) (my|the) (desk|phone|office)\b", r"\b(is|am|are) (currently |presently )(not|un)",
        r"\b(is|am|are) (out of (the )?office|away (until|from)|on vacation|on holiday)\b",
    )),
    ("machine", "closed", 3.0, (
        r"\b(is|are) (now |currently |already )?closed\b", r"\bopen from\b", r"\btext me\b", r"\bcan ?not pick up\b",
    )),
    ("machine", "call you back", 4.0, (
        r"\b(i|we|he|she|they|someone|somebody) (will|shall|would|can) (\w+ )?(call|ring|phone) (you )?(right )?back",
        r"\b(get|be) (right )?back (to|with) you\b", r"\breturn your call\b", r"\bas soon as (i|we|possible|he|she)\b",
        r"\bget in touch (with you )?(as soon|shortly|soon)\b",
    )),
    ("machine", "missed your call", 4.0, (
        r"\b(missed|miss) (your|you|the) call\b", r"\bthanks? (you )?for calling\b.*\bleave\b",
    )),
    ("human", "who is this", 4.0, (
        r"\bwho (is|are) (this|it|that|calling|there|speaking|you)\b", r"\bwho'?s (this|calling|there)\b",
    )),
    ("human", "speaking", 3.0, (
        r"\bspeaking\b",
    )),
    ("human", "how can I help", 4.5, (
        r"\b(how|what) (can|may|could) (i|we) (help|do for|assist)\b", r"\bhelp you\b",
    )),
    ("human", "asks", 1.5, (
        r"\b(would you like|do you|are you|may i|can i|could i|is (this|that) (you|an|a|the|it))\b",
    )),
    ("human", "what is it", 3.0, (
        r"\b(what is (this|it)( about)?|what do you want|go ahead|i (can ?not|can't) hear you)\b",
        r"\b(are you there|can you hear me|is anybody there|anyone there)\b",
    )),
    ("screening", "say your name", 6.0, (
        r"\b(state|say|tell me|give|record|announce|leave) (me )?your name (and|then|so|after|with)\b",
        r"\bwho (is|are) (calling|you) and (why|what)\b", r"\bwho you are and (why|what)\b",
    )),
    ("screening", "state your name", 4.0, (
        r"\b(state|announce|record|say|give) your name\b",
    )),
    ("screening", "reason of the call", 5.0, (
        r"\b(reason|purpose) (for|of|behind) (your |you're |the |this )?(call|calling)",
        r"\bwhy (you are|you're|your) calling",
        r"\bwhat (you are|you're|your call is|this is) (calling )?(about|regarding)",
    )),
    ("screening", "screening", 6.0, (
        r"\b(call[- ]?screen\w*|screening (service|this call|calls|assistant|your)|call assist\w*)",
        r"\b(virtual assistant|digital assistant|automated assistant|google assistant|personal assistant)",
    )),
    ("screening", "see if available", 3.0, (
        r"\b(see if|check (if|whether)|find out (if|whether)) (\w+ ){1,5}(available|in|there|take|free)\b",
        r"\btry to connect you\b", r"\bstay on the line while\b",
    )),
    ("screening", "hold on", 3.0, (
        r"\b((please )?(hold|hang) on|please hold|one moment|just a moment|stay on the line|hold the line)\b",
    )),
    ("announcement", "the number you dialled", 6.0, (
        r"\b(number|subscriber|telephone|mobile|extension|phone) (that )?(you|your) (\w+ ){0,2}?(dial|call|reach)\w*",
        r"\b(customer|user|party|person|line) (that )?you (have )?dial\w*", r"\bdialed number\b",
        r"\bthe (wireless|mobile|cellular) (customer|subscriber|number)",
    )),
    ("announcement", "whom you called", 2.0, (
        r"\b(person|party|customer|user|line) (that )?(you|your) (\w+ )?(just )?(dial|call|trying|reach)\w*",
    )),
    ("announcement", "not in service", 6.0, (
        r"\b(not|no longer|out of) (in |currently in |a working |been in )?(service|working number|use)\b",
        r"\b(not|no longer|out of) (in |currently in |a working |been in )?(allocated|assigned|valid)\b",
        r"\b(disconnected|does not exist|is not valid|invalid number|not recogni[sz]ed|been changed)\b",
        r"\b(unallocated|unassigned)\b",
    )),
    ("announcement", "cannot be completed", 6.0, (
        r"\bcall (can ?not|can't|cannot|could not) be (completed|connected|put through|made)\b", r"\bas dialed\b",
        r"\bcheck the number\b", r"\b(please )?(try|dial|call) (your call |again )?(again )?later\b",
    )),
    ("announcement", "switched off", 6.0, (
        r"\b(switched|turned|powered|power) off\b", r"\b(can ?not|not) be (reached|connected)\b",
        r"\b(not reachable|unreachable|out of (coverage|reach|range)|outside the coverage)\b",
    )),
    ("announcement", "network", 5.0, (
        r"\b(all (\w+ )?(circuits|lines) are (currently )?busy)\b",
        r"\b(line|number|subscriber|customer|mobile) (that )?(you (\w+ ){1,4}?)?(is )?(currently )?(busy|engaged)\b",
        r"\b(network (is )?(busy|congest\w*|difficult\w*)|technical difficult\w*)\b",
    )),
    ("ivr", "press", 5.0, (
        r"\b(press|dial|push|select|hit) (one|two|three|four|five|six|seven|eight|nine|zero|star|pound)\b",
        r"\b(press|dial|push|select|hit) (hash|1|2|3|4|5|6|7|8|9|0|the)\b",
    )),
    ("ivr", "menu", 4.0, (
        r"\b(main menu|following (options|menu)|menu options|options have changed)\b",
        r"\b(your party'?s extension|(dial|enter|know) (the|your) (\w+ )?extension)\b",
        r"\b(extension at any time|for english|to hear (this|these)|to speak (to|with) (a|an|our|the))\b",
    )),
    ("ivr", "please hold", 3.0, (
        r"\b(call (is|may be|will be) (important|recorded|monitored|answered))\b",
        r"\b(calls (are|may be) (recorded|monitored)|next available (agent|representative|operator))\b",
        r"\b(all (of )?our (agents|operators|representatives|advisers))\b",
    )),
    ("ivr", "welcome", 2.0, (
        r"\b(welcome to|thank you for calling|thanks for calling)\b",
    )),
)  # fmt: skip
"""Class, name, log-odds, patterns over `plain` text. It may break off anywhere: what must not follow has to be seen."""

_CHINESE: tuple[tuple[Who, str, float, tuple[str, ...]], ...] = (
    ("machine", "留言", 6.0, (
        "请留言", "请您留言", "留下您的", "留下口信", "留下姓名", "留言请", "请在听到", "语音留言", "给我留言",
        "开始留言", "开始录音", "留言给我",
    )),
    ("machine", "提示音", 6.0, (
        "嘀声后", "滴声后", "哔声后", "嘟声后", "提示音", "声后留言", "声之后", "一声之后", "响后留言", "一声后",
        "信号音",
    )),
    ("machine", "信箱", 6.0, (
        "语音信箱", "留言信箱", "语音邮箱", "答录机", "留言电话", "自动应答",
    )),
    ("machine", "现在不能接", 4.0, (
        "无法接听", "不能接听", "不方便接听", "不在家", "没法接听", "没有办法接", "不能接电话", "无法接您的",
        "暂时不在", "我不在", "外出了", "不在办公", "接不了",
    )),
    ("machine", "不方便接", 3.0, (
        "不方便接",
    )),
    ("machine", "下班", 3.0, (
        "下班了", "已经下班", "办公时间", "今天休息",
    )),
    ("machine", "回电", 4.0, (
        "给您回电", "给你回电", "尽快回复", "尽快回电", "与您联系", "和您联系", "跟您联系", "给您回复", "给你回复",
        "回你电话", "回您电话", "尽快联系",
    )),
    ("human", "哪位", 4.0, (
        "哪位", "你是谁", "您是谁", "谁呀", "谁啊", "哪里的", "你哪里", "您哪里", "你哪儿", "找谁", "找哪位",
    )),
    ("human", "请讲", 3.5, (
        "请讲", "你说", "您说", "请说话", "有什么事", "什么事", "怎么了", "干嘛", "有事吗", "听得到", "听得见",
        "能听到", "说话呀", "帮您", "帮到您", "帮助您", "为您服务", "为您做",
    )),
    ("human", "请问", 2.5, (
        "请问",
    )),
    ("human", "是我", 2.0, (
        "我就是", "是我", "我是的",
    )),
    ("screening", "来电目的", 6.0, (
        "来电目的", "来电原因", "来电事由", "来电意图", "您的来意", "什么目的", "为什么打电话", "打电话的原因",
        "有什么事需要转告", "需要我转告", "帮您转告", "转达", "转告", "转告机主", "您的姓名和", "您的名字和",
    )),
    ("screening", "助理", 6.0, (
        "语音助手", "智能助手", "智能助理", "通话助手", "电话助理", "通话助理", "来电助手", "电话秘书", "智能秘书",
        "语音助理", "人工智能助", "机主", "小秘书", "代接", "秘书服务", "电话助手", "来电助理",
    )),
    ("screening", "请说姓名", 5.0, (
        "说出您的姓名", "报一下姓名", "说出您的名字", "请报姓名", "告诉我您的姓名", "请说您的姓名", "告知您的姓名",
        "报出姓名", "说明身份", "说出姓名", "您的称呼",
    )),
    ("screening", "稍候为您询问", 3.0, (
        "看他是否方便", "看看是否", "为您询问", "帮您询问", "为您通知", "是否方便接听", "是否接听",
    )),
    ("screening", "请稍等", 3.0, (
        "请稍等", "请稍候", "请稍后", "请别挂断", "请不要挂机", "请不要挂断",
    )),
    ("announcement", "您拨打的", 6.0, (
        "您拨打", "您所拨", "您呼叫", "您拨叫", "您所呼叫", "你拨打", "你所拨", "您拨的",
        "打的电话", "打的号码", "打的用户", "叫的用户", "叫的号码", "叫的电话", "用户正在", "用户已", "用户暂时",
        "用户无",
    )),
    ("announcement", "空号", 6.0, (
        "是空号", "号码不存在", "为空号", "空号请", "核对后再拨", "查证后再拨", "查询后再拨", "核实后再拨",
        "号码有误", "号码已改",
    )),
    ("announcement", "停机", 6.0, (
        "已停机", "停机请", "暂停服务", "已经停机", "欠费停机", "停止使用", "停止服务",
    )),
    ("announcement", "关机", 6.0, (
        "已关机", "已经关机", "关机请", "关机了请",
    )),
    ("announcement", "无法接通", 6.0, (
        "无法接通", "不在服务区", "暂时不能接通", "无法联系到", "不能接通",
    )),
    ("announcement", "通话中", 6.0, (
        "正在通话中", "用户正忙", "正在通话", "通话中请", "用户忙", "电话正忙",
    )),
    ("announcement", "无人接听", 5.0, (
        "无人接听", "没有人接听", "无应答", "无人应答",
    )),
    ("announcement", "请稍后再拨", 5.0, (
        "请稍后再拨", "稍后再拨", "请过后再拨", "稍候再拨", "请您稍后再拨", "网络忙", "线路忙", "网络故障",
        "线路故障", "呼叫限制", "限制呼入",
    )),
    ("ivr", "请按", 5.0, (
        "请按一", "请按二", "请按三", "请按零", "请按1", "请按2", "请按0", "服务请按", "请按井", "请按星", "请按四",
        "请按九",
    )),
    ("ivr", "分机", 4.0, (
        "直拨分机", "拨分机号", "查号请", "请拨零", "请拨分机", "分机号码", "转人工请", "自助服务", "语音菜单",
        "请输入",
    )),
    ("ivr", "客服忙", 3.0, (
        "客服代表", "坐席忙", "座席忙", "通话将被录音", "通话可能被录音", "服务热线", "请耐心等待", "正在为您转接",
        "为您转接",
    )),
    ("ivr", "欢迎致电", 2.5, (
        "欢迎致电", "欢迎拨打", "感谢您致电", "感谢致电", "您好欢迎",
    )),
)  # fmt: skip
"""Class, name, log-odds, phrases (compared by their sounds)."""
_ENGLISH_OPENINGS: tuple[tuple[str, float, str], ...] = (
    ("you have, thank you, sorry", -1.5,
     r"(hi |hello |hey )?((you|your|thank|thanks|welcome|please|we|i am|i)|(this is|it is) (the|a|an|doctor))\b.*"),
    ("the, nobody", -1.5, r"(the|at the|nobody|no one)\b.*"),
    ("hi, this is", -0.7, r"(hi|hey|hi there) (this|it)\b.*"),
    ("hello", 1.5, r"(um |oh )?hello\b.*"),
    ("yes", 2.0, r"(yes|yeah|yep|um|oh|mm|what|mum|dad|sorry who|who)\b.*"),
    ("good day", 1.5, r"(good )?(morning|afternoon|evening)\b.*"),
)  # fmt: skip
"""Name, log-odds for a person, pattern that all of the first words so far fit; the first that fits counts. What is
recorded seldom knows whether it is morning."""
_ONLY_HELLO = re.compile(
    r"(um |oh )?(yes|yeah|yep|yo|hi|hey|hello|(hi|hello) there|good (morning|afternoon|evening)|morning)( hello)*"
)
_CHINESE_OPENINGS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("喂", 2.5, ("喂", "哎", "嗯", "哦", "唉", "诶")),
    ("对不起，感谢", -1.5, ("对不起", "欢迎", "感谢", "这里是", "我现在", "您好我现在", "您好感谢", "您好欢迎")),
    ("是我", 2.0, ("是我", "是的", "我是我")),
    ("早上好", 1.5, ("早上好", "上午好", "下午好", "晚上好", "你好早上", "您好早上")),
)  # fmt: skip
"""Name, log-odds for a person, first words; the first that fits counts."""
_GREETINGS = {
    "en": frozenset("hello hi hey yes yeah yep good morning afternoon evening there oh um uh".split()),  # noqa: SIM905
    "zh": frozenset("wei nin ni hao a nei ei en o hei ai ne ya shi de".split()),  # noqa: SIM905
}
SHORT = {"en": 4, "zh": 5}
"""Words (syllables) up to which an utterance may be nothing but a greeting."""

_English = [(who, name, odds, re.compile("|".join(patterns))) for who, name, odds, patterns in _ENGLISH]


def found_in(text: str, language: str) -> dict[str, tuple[Who, float]]:
    """Return the kinds of phrases in `text`, with the class that each speaks for and its log-odds."""
    if language == "zh":
        said = sounds(text)
        return {name: (who, odds) for who, name, odds, phrases in _chinese() if any(one in said for one in phrases)}
    said = plain(text)
    return {name: (who, odds) for who, name, odds, pattern in _English if pattern.search(said)}


def opening(text: str, language: str, paused: bool) -> tuple[str, float]:
    """Return what the first words, as far as they are understood, are, and their log-odds for a person: weak ones.

    `paused`: whether nothing more is said so far.
    """
    if language == "zh":
        said = sounds(text)
        if paused and greets(text, language):
            return "nothing but a hello", 2.0
        for name, odds, words in _CHINESE_OPENINGS:
            if any(said.startswith(sounds(one)) for one in words):
                return name, odds
        return "", 0.0
    said = plain(text).strip()
    if paused and _ONLY_HELLO.fullmatch(said):
        return "nothing but a hello", 2.0
    return next(((name, odds) for name, odds, pattern in _ENGLISH_OPENINGS if re.fullmatch(pattern, said)), ("", 0.0))


def greets(text: str, language: str) -> bool:
    """Tell whether `text` only says hello: what people pick up with."""
    words = syllables(text) if language == "zh" else tuple(plain(text).split())
    return 0 < len(words) <= SHORT.get(language, 4) and set(words) <= _GREETINGS.get(language, frozenset())


def words_in(text: str, language: str) -> int:
    """Return how many words (syllables) `text` has."""
    return len(syllables(text)) if language == "zh" else len(plain(text).split())


def sounds(text: str) -> str:
    """Return the syllables of Chinese as recognisers may hear them, with blanks around each."""
    return f" {' '.join(blurred(one) for one in syllables(text))} "


@lru_cache(1)
def _chinese() -> list[tuple[Who, str, float, tuple[str, ...]]]:
    return [(who, name, odds, tuple(sounds(one) for one in phrases)) for who, name, odds, phrases in _CHINESE]
