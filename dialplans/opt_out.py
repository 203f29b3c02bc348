"""Whether somebody whom we called doesn't want to be called again, by their words; what becomes of it. Pure.

It holds at every question of a call of ours, and of a flow with `commands: {opt_out: STEP}`. What isn't meant for good
("don't call me before nine", 今天别打了) is no such wish.
"""

import re
from typing import TYPE_CHECKING

from knowledge.wording import plain, syllables

if TYPE_CHECKING:
    from dialplans.talk import Talk

OPT_OUT = "opt_out"
"""Name of the command and of the variable that it sets."""
KEY = "9"
"""The key that says it at every question of a call of ours that has no use of its own for it."""
_CALL = r"(call|ring|phone|contact|bother|disturb|harass|text|message)"
_US = r"(me|us|here|this number|my number|my (phone|house|home))"
ENGLISH = re.compile(
    rf"\b(stop|quit) (these |the |all )?({_CALL}(ing|s)|bugging|harassing|bothering)\b"
    rf"|\b(do not|dont|never|not to) (ever |you (ever |dare )?)?{_CALL}( {_US})?( ever)? (again|any ?more|ever|back)\b"
    rf"|\b(do not|dont|never) (ever |you dare )?{_CALL} {_US}$"
    rf"|\bno (more|further) (of these |of your )?(calls|phone calls|calling)\b"
    rf"|\b(take|remove|delete|strike|get|scratch) (me|my|us|our|this)( \w+){{0,3}}? (off|from|out of)( \w+){{0,3}}? "
    rf"(lists?|records?|databases?|registry)\b"
    rf"|\b(take|remove|delete) (me|my number) (off|from|out of) (your|the) system\b"
    rf"|\b(take|strike) (me|us|my number) off( please)?$"
    rf"|\b(remove|delete|erase) (my|our|this) (phone )?(number|name|details|data)\b"
    rf"|\b(off|from) (your|the|that|this) (calling |call |phone )?(list|database)\b"
    rf"|\bdo not call (list|registry)\b|\bunsubscribe\b|\bopt(ing)? (me )?out\b"
    rf"|\b(do not|dont) want (any |any more |to get |to receive |more |these |your |you )+(phone )?"
    rf"(calls|calling|to call)\b|\blose (my|this) number\b|\bblock(ing)? (you|this number|your number)\b"
)
_NOT_FOR_GOOD = re.compile(
    r"\b(again|any ?more|me|us|calling|calls|ringing) (before|until|till|after|at|on|today|tonight|now|this "
    r"(morning|afternoon|evening|week)|so (early|late)|in the|tomorrow|while|during)\b"
)
_OFF = (
    r"(删(除|掉|了|去|一下|吧|$)|移除|移出|移走|去掉|去除|除掉|除名|除去|拿掉|划掉|清除|清掉|注销|抹掉"
    r"|拉黑|拉(到|进|入)黑)"
)
_ENTRY = r"(电话号码?|手机号码?|号码?|电话|手机|名字|姓名|信息|资料|联系方式|记录)"
_FILLER = r"(请|麻烦|你们?|您|给我?|都|全部?|赶紧|马上|立刻|帮我|从.{0,8})*"
CHINESE = re.compile(
    r"(别|不要|不用|请勿|甭|不许|不准|禁止)(再|老|总|一直)*(给|跟|向|往)?(我|我们|这个号码?|这儿|这里)?(们)?"
    r"(再|老|总是?)*(打(电话|过来|来|进来)?|来电|拨打|联系|骚扰|推销|打扰)(我|我们)?(了|啦|$|[，。,.!！])"
    r"|(别|不要|不用|请勿|甭|不许|不准)(再|老|总)(给|跟)?(我|我们)?(打|来电|拨|联系|骚扰|推销|打扰)"
    r"|(别|不要|停止|勿)(再)?(骚扰|打扰)|骚扰电话|(拒绝|不(想|要|愿意)(再)?)(接到?|收到|接听)(你们?|您|这种|这类|任何|推销|营销|的)*"
    r"(来电|电话|推销|骚扰)|退订"
    # 我除了周一都行 and 我拿了 take nothing off a list: it needs the list, or what is on it and a whole verb.
    rf"|从.{{0,8}}(名单|名册|通讯录|电话簿|号码簿|(号码|电话|资料|数据|信息)库)(里面?|中|上面?|内)?.{{0,4}}?({_OFF}|删)"
    rf"|(把|将)(我|我们|本人|这个(?={_ENTRY}))的?({_ENTRY})?{_FILLER}{_OFF}"
    rf"|((我们?|本人)的|这个)({_ENTRY}){_FILLER}{_OFF}"
    rf"|{_OFF}(我们?|本人)(的?{_ENTRY}|吧|了|$|[，。,.!！])"
    r"|(拉黑|加(入|到)?黑名单|加到(免打扰|谢绝来电))|以后(都)?(不要|别|不用|不许)(再)?(打|联系|来电)"
)
_SOUNDS = (
    "bie zai da", "bu yao zai da", "bu yao zai gei wo da", "bie zai gei wo da", "bu yao zai lian xi", "bie zai lian xi",
    "bie zai sao rao", "bu yao zai sao rao", "bu yao sao rao",
)  # fmt: skip
"""Where the recogniser got the sound and not the signs."""
_ONCE = re.compile(r"(今天|现在|这会儿?|上午|下午|中午|晚上|早上|明天|周末|开会|开车|打错|前(不要|别)|以前别|之前别)")


def opts_out(text: str, language: str) -> bool:
    """Tell whether `text` says that we shall not call again."""
    if language == "zh":
        if CHINESE.search(text.replace(" ", "")):
            return not _ONCE.search(text) or "以后" in text
        said = f" {' '.join(syllables(text))} "
        return not _ONCE.search(text) and any(f" {sounds} " in said for sounds in _SOUNDS)
    said = plain(text)
    return bool(ENGLISH.search(said)) and not _NOT_FOR_GOOD.search(said)


def opt_out(talk: "Talk", how: str, words: str) -> None:
    """Take the wish: note its proof, set the variable, and part as the flow says, else in the robot's own words."""
    talk.note("opted-out", how=how, words=words, step=talk.state.step)
    talk.state.frames[0].variables[OPT_OUT] = True
    talk.state.errand, talk.state.aside = "", 0
    if found := talk.command(OPT_OUT):
        talk.to(*found)
        return
    talk.state.phase = ""
    talk.sentence("opted_out", False)
    talk.hang_up()
