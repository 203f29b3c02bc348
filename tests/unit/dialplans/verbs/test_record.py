from dialplans.exchange import Record
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
steps:
  - step: message
    record: message
    say: {en: Please speak after the tone., zh: 请在提示音后留言。}
    most_s: 90
    finish: "*"
    nothing: none
  - step: thanks
    hangup: {en: "{{ message.seconds | number }} seconds. Thank you.", zh: 谢谢。}
  - step: none
    hangup: {en: You said nothing., zh: 您没有留言。}
"""


def test_a_recording_is_an_errand_after_its_prompt():
    for language, prompt in (("en", "Please speak after the tone."), ("zh", "请在提示音后留言。")):
        play = Play(FLOW, language)
        assert (play.heard, play.errand) == (prompt, Record("message", 90, 3.0, "*", True))


def test_its_file_and_length_are_kept():
    play = Play(FLOW)
    assert play.done(file="x.wav", seconds=12, ended_by="key") == "twelve seconds. Thank you."
    assert (play["message"], play["message.ended_by"]) == ("x.wav", "key")


def test_whoever_says_nothing_goes_elsewhere():
    assert Play(FLOW).done(False, "silence") == "You said nothing."
