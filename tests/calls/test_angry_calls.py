"""Callers whose voice is raised: led to a human by what they sound like, whatever they say."""

import pytest

from asr_tts.speech_protocol import Prosody

pytestmark = pytest.mark.looptime
FLOW = """
languages: [{language}]
commands: {{operator: person}}
human: {{to: person, anger: 0.6}}
intents:
  parcel:
    examples: {examples}
steps:
  - step: what
    ask: {ask}
    intents: {{parcel: look}}
    otherwise: person
  - step: look
    goto: what
  - step: person
    hangup: {person}
"""
CALM = Prosody(-24.0, 190.0, 8.0, -14.0)
RAISED = Prosody(-14.0, 265.0, 13.0, -8.0)
NEARER = Prosody(-12.0, 192.0, 8.5, -13.0)
EXAMPLES = {
    "en": "[Where is my parcel?, Has it been sent?, When will it come?, Track my order, Is it on its way?]",
    "zh": "[我的包裹在哪里, 寄出了吗, 什么时候到, 查一下快递, 到哪儿了]",
}
WORDS = {
    "en": ("How can I help?", "A colleague is coming.", "Where is my parcel?"),
    "zh": ("请问有什么可以帮您？", "马上转人工。", "我的包裹在哪里"),
}


def _flow(language: str) -> str:
    ask, person, _ = WORDS[language]
    return FLOW.format(language=language, examples=EXAMPLES[language], ask=ask, person=person)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_who_raises_the_voice_over_harmless_words_is_led_to_a_human(open_line, language):
    ask, person, words = WORDS[language]
    async with open_line(_flow(language), language=language) as line:
        caller = await line.call()
        await caller.hears(ask)
        for prosody in (CALM, CALM):
            await caller.says(words, language=language, prosody=prosody)
            await caller.hears(ask)
        await caller.says(words, language=language, prosody=RAISED)
        await caller.hears(person)
        await caller.is_hung_up()
    assert [data["anger"] for name, data in line.story.events if name == "sounds-angry"] == [0.68]


async def test_who_only_holds_the_telephone_nearer_stays_with_the_robot(open_line):
    ask, _, words = WORDS["en"]
    async with open_line(_flow("en")) as line:
        caller = await line.call()
        await caller.hears(ask)
        for prosody in (CALM, CALM, NEARER):
            await caller.says(words, prosody=prosody)
            await caller.hears(ask)
        caller.hangs_up()
    assert not [name for name, _ in line.story.events if name == "sounds-angry"]
