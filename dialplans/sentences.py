"""What the interpreter says in its own words, in every language. A flow's `prompts:` replace them by name."""

from collections.abc import Mapping, Sequence

from dialplans.place import Texts

SENTENCES: Mapping[str, Texts] = {
    "sorry": {"en": "Sorry, I didn't get that.", "zh": "抱歉，我没听明白。"},
    "still_there": {"en": "Are you still there?", "zh": "您还在吗？"},
    "and_the_rest": {"en": "{{ digits }}, and the rest?", "zh": "{{ digits }}，后面呢？"},
    "you_can_say": {"en": "You can say: {{ answers }}.", "zh": "您可以说：{{ answers }}。"},
    "say_or_press": {"en": "Please say or key in your answer.", "zh": "请您直接说，或者用按键输入。"},
    "yes_or_no": {"en": "Please say yes or no, or press 1 for yes and 2 for no.",
                  "zh": "请说是或者不是，也可以按键，是请按一，不是请按二。"},
    "did_you_mean": {"en": "Did you mean: {{ first }}?", "zh": "您是说“{{ first }}”，对吗？"},
    "did_you_mean_which": {"en": "Did you mean: {{ first }}, or: {{ second }}?",
                           "zh": "您是说“{{ first }}”，还是“{{ second }}”？"},
    "say_again": {"en": "All right, then please say it once more.", "zh": "好的，那请您再说一遍。"},
    "changed": {"en": "All right, I've changed that to {{ value }}.", "zh": "好的，已经改成{{ value }}。"},
    "nothing_before": {"en": "This is the first question.", "zh": "这已经是第一个问题了。"},
    "back": {"en": "Let's go back.", "zh": "好的，回到上一步。"},
    "no_human": {"en": "I'm sorry, there is nobody I can put you through to.",
                 "zh": "很抱歉，现在没有可以为您转接的人工服务。"},
    "no_way_on": {"en": "I'm sorry, I can't go on from here. Please call again later. Goodbye!",
                  "zh": "非常抱歉，这里出了点问题，请您稍后再打来。再见！"},
    "opted_out": {"en": "I understand. We won't call you again. Goodbye.",
                  "zh": "明白了，我们不会再给您打电话。再见。"},
    "goodbye": {"en": "Goodbye!", "zh": "再见！"},
    "unknown": {"en": "I'm sorry, I don't know that.", "zh": "很抱歉，这个问题我还不知道怎么回答。"},
    "more": {"en": "Would you like to hear more about it?", "zh": "需要我说得更详细一些吗？"},
    "helped": {"en": "Did that help?", "zh": "这个回答对您有帮助吗？"},
    "glad": {"en": "Good.", "zh": "好的，很高兴能帮到您。"},
    "somebody_now": {"en": "I've got somebody for you now.", "zh": "现在为您接通人工。"},
    "keeps_place": {"en": "All right, you keep your place in the line.", "zh": "好的，您的排位保留不变。"},
    "please_wait": {"en": "One moment, please.", "zh": "请稍等。"},
}  # fmt: skip
"""By name. `{{ first }}` and the like are filled in when it is said."""
MOST_SHOWN = 4
"""So many answers are named in "you can say …": more nobody keeps in mind."""


def alternatives(answers: Sequence[str], language: str) -> str:
    """Return answers as one reads them out, without their final stops: "a, b, or c"; "a、b，或者c"."""
    shown = [answer.strip().rstrip(".?!。？！") for answer in list(dict.fromkeys(answers))[:MOST_SHOWN]]
    if len(shown) < 2:
        return "".join(shown)
    if language == "zh":
        return f"{'、'.join(shown[:-1])}，或者{shown[-1]}"
    return f"{', '.join(shown[:-1])}, or {shown[-1]}"
