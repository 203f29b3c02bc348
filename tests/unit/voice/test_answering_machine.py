"""Who answered: what is heard becomes a verdict with its reasons, early for people, and taken back where it must be."""

import pytest

from voice.announcement_words import announced, likely_announced
from voice.answering_machine import SCREENED, DetectPolicy, Verdict, WhoAnswered
from voice.greeting_words import found_in, greets, opening

POLICY = DetectPolicy()


class Line:
    """One call's first seconds, by hand."""

    def __init__(self, language: str = "en", **more: object) -> None:
        self.who = WhoAnswered(POLICY, language, **more)  # type: ignore[arg-type]
        self.at = 0.0
        self.verdicts: list[Verdict] = []
        self.utterance = 0

    def take(self, verdict: Verdict | None) -> None:
        if verdict:
            self.verdicts.append(verdict)

    def silence(self, seconds: float) -> "Line":
        for _ in range(round(seconds / 0.05)):
            self.at += 0.05
            self.take(self.who.time_passes(self.at))
        return self

    def says(self, seconds: float, *drafts: str, heard: bool = True) -> "Line":
        """Speak for so long; each draft comes at its share of the time, the last 0.25 s after the end."""
        self.utterance += 1
        self.who.speech_began(self.at)
        steps = round(seconds / 0.05)
        for step in range(1, steps + 1):
            self.at += 0.05
            self.take(self.who.speech_goes_on(self.at))
            for number, text in enumerate(drafts[:-1], 1):
                if step == round(steps * number / len(drafts)):
                    self.take(self.who.words(text, self.at, self.utterance))
        self.take(self.who.speech_ended(self.at))
        self.silence(0.25)
        if drafts and heard:
            self.take(self.who.words(drafts[-1], self.at, self.utterance))
        return self

    def tone(self, kind: str) -> "Line":
        self.take(self.who.tone(kind, self.at))  # type: ignore[arg-type]
        return self

    @property
    def last(self) -> Verdict:
        return self.verdicts[-1]


@pytest.mark.parametrize(
    ("language", "text", "seconds"),
    [
        ("en", "Hello?", 0.4), ("en", "Yes?", 0.3), ("en", "Ann Miller speaking.", 1.2),
        ("en", "ACME Limited, Mary speaking, how can I help you?", 3.2), ("en", "Hello, who is this?", 1.1),
        ("zh", "喂", 0.3), ("zh", "喂，你好", 0.8), ("zh", "您好，请问哪位", 1.3),
        ("zh", "你好，宏达公司，请问有什么可以帮您", 3.1),
    ],
)  # fmt: skip
def test_a_person_is_known_as_soon_as_they_wait_for_us(language: str, text: str, seconds: float) -> None:
    line = Line(language).silence(0.5).says(seconds, text).silence(0.5)
    assert [one.who for one in line.verdicts] == ["human"]
    assert line.last.at <= 0.5 + seconds + 0.6
    assert line.last.reasons


@pytest.mark.parametrize(
    ("language", "drafts", "seconds"),
    [
        ("en", ("Hi, you've reached", "Hi, you've reached the Millers. We can't come to the phone right now."), 4.0),
        ("en", ("You have reached the voicemail of", "You have reached the voicemail of John Smith."), 3.0),
        ("en", ("", "Sorry I missed your call. Leave a message after the beep."), 3.5),
        ("zh", ("您好，我现在不方便接听电话", "您好，我现在不方便接听电话，请在嘀声后留言。"), 4.0),
        ("zh", ("", "这里是王芳的语音信箱，请留言。"), 3.0),
    ],
)
def test_a_machine_is_known_by_its_words(language: str, drafts: tuple[str, ...], seconds: float) -> None:
    line = Line(language).silence(0.6).says(seconds, *drafts)
    assert line.last.who == "machine"
    assert any(reason.startswith("said: ") for reason in line.last.reasons)


def test_a_machine_that_begins_like_a_person_is_found_when_it_goes_on() -> None:
    line = Line().silence(0.5).says(0.5, "Hello.").silence(0.4)
    assert line.last.who == "human"
    line.says(3.0, "you have reached", "You have reached the Millers, please leave a message after the tone.")
    assert [one.who for one in line.verdicts] == ["human", "machine"]


@pytest.mark.parametrize(
    ("language", "begins", "goes_on"),
    [
        ("en", "Hello", "Hello this is Kate, I'm sorry I missed your call, leave your name and number after the beep."),
        ("zh", "喂", "喂，你好，我现在不在家，有事请留言"),
    ],
)
def test_who_begins_with_a_hello_is_a_person_before_they_are_done_unless_they_go_on_as_machines_do(
    language: str, begins: str, goes_on: str
) -> None:
    line = Line(language).silence(0.5).says(4.0, begins, "", "", "", "", "", "", goes_on)
    assert [one.who for one in line.verdicts] == ["human", "machine"]
    assert line.verdicts[0].at <= 0.5 + 0.5 + 0.05


@pytest.mark.parametrize(
    ("language", "text", "speaks_for"),
    [
        ("en", "Hello", 1), ("en", "Good afternoon, law", 1), ("en", "Yeah", 1), ("en", "Hi, you have", -1),
        ("en", "The person", -1), ("en", "Smith", 0), ("zh", "喂，你", 1), ("zh", "您好，感谢", -1),
        ("zh", "对不起", -1), ("zh", "您好", 0),
    ],
)  # fmt: skip
def test_the_first_words_speak_for_a_person_or_for_something_recorded(
    language: str, text: str, speaks_for: int
) -> None:
    _, odds = opening(text, language, paused=False)
    assert (odds > 0) - (odds < 0) == speaks_for
    assert abs(odds) <= 2.5, "many begin alike"


def test_the_crackle_of_a_line_that_is_answered_is_nobody() -> None:
    line = Line()
    line.who.speech_began(0.05)
    line.take(line.who.speech_ended(0.12))
    line.at = 0.12
    line.silence(0.6)
    assert line.verdicts == []
    line.take(line.who.nothing_said(0.12))
    assert line.silence(8.0).last.who == "silence"


def test_the_longer_a_silence_behind_the_words_the_surer_is_a_person() -> None:
    said = "Thanks for calling Pizza Palace, what will it be?"
    line = Line().silence(0.4).says(3.3, said)
    assert line.verdicts == []
    assert line.silence(2.0).last.who == "human"


def test_a_person_who_was_believed_early_is_no_machine_by_a_silence_behind_a_beep() -> None:
    line = Line().silence(0.4).says(2.4, "It's me").silence(0.5)
    assert line.last.who == "human"
    assert line.tone("beep").silence(2.0).last.who == "machine"


def test_a_network_is_known_by_its_first_words_and_heard_out() -> None:
    line = Line("zh").silence(0.3).says(3.5, "您拨打的", "您拨打的电话", "您拨打的电话已关机")
    assert [(one.who, one.final) for one in line.verdicts][:1] == [("announcement", False)]
    assert line.verdicts[0].at < 2.0
    line.silence(1.0)
    assert (line.last.who, line.last.final, line.last.announcement) == ("announcement", True, "switched-off")


def test_what_a_network_said_stands_though_a_later_look_hears_less() -> None:
    line = Line("zh").silence(0.3).says(4.0, "您拨打的电话已关机", "您拨打的电话与关系请稍后再播").silence(1.0)
    assert (line.last.who, line.last.announcement) == ("announcement", "switched-off")


@pytest.mark.parametrize(
    ("misheard", "kind"),
    [
        ("对不起年波打的用户以情节", "suspended"), ("您拨打的电话与关系", "switched-off"),
        ("您拨打的号码是恐后", "no-such-number"), ("您拨打的用户正在谈话中", "busy"), ("您拨打的", ""),
        ("对不起您拨打的用户", ""), ("您好", ""), ("对不起，您好", ""),
    ],
)  # fmt: skip
def test_a_misheard_announcement_is_the_likest_of_what_networks_say(misheard: str, kind: str) -> None:
    assert likely_announced(misheard, "zh") == kind
    assert likely_announced("anything else", "en") == ""


def test_what_information_tones_mean_counts_where_no_words_follow() -> None:
    line = Line().silence(0.2)
    line.take(line.who.tone("sit", line.at, "no-such-number"))
    line.silence(12)
    assert (line.last.who, line.last.announcement, line.last.final) == ("announcement", "no-such-number", True)
    other = Line().silence(0.2)
    other.take(other.who.tone("sit", other.at, "congestion"))
    other.silence(0.3).says(2.5, "", "The number you have dialed is not in service.").silence(1.0)
    assert other.last.announcement == "no-such-number"


def test_a_call_that_ends_while_a_network_speaks_has_what_it_said_so_far() -> None:
    line = Line("zh").silence(0.3).says(2.2, "对不起您拨打的", "对不起您拨打的用户以情节")
    assert [(one.who, one.final) for one in line.verdicts] == [("announcement", False)]
    assert line.who.undecided
    last = line.who.finally_(line.at)
    assert last is not None
    assert (last.who, last.announcement, last.final) == ("announcement", "suspended", True)


def test_a_network_whose_words_the_recogniser_still_owes_is_waited_for() -> None:
    line = Line().silence(0.2).tone("sit").silence(0.3).says(3.0).silence(9.0)
    assert [(one.who, one.final) for one in line.verdicts] == [("announcement", False)]
    line.take(line.who.words("The number you have dialed is not in service.", line.at, 1))
    assert (line.last.final, line.last.announcement) == (True, "no-such-number")


def test_a_talk_is_no_machine_because_somebody_speaks_of_messages_later() -> None:
    line = Line().silence(0.4).says(0.6, "Hello, who is this?").silence(20.5)
    line.says(2.0, "Why don't you leave me a message on my voicemail?")
    assert [one.who for one in line.verdicts] == ["human"]


def test_a_person_in_a_noisy_place_who_speaks_long_is_no_machine_by_length_alone() -> None:
    line = Line().silence(0.4).says(5.0, "", "yeah I am on the train I think the line is bad", heard=True).silence(1.0)
    assert all(one.who == "human" for one in line.verdicts)


def test_speech_without_an_end_and_a_beep_are_a_machine_without_any_word() -> None:
    line = Line().silence(0.4).says(7.0).silence(0.5).tone("beep")
    assert line.last.who == "machine"
    assert "heard: a beep" in line.last.reasons[0]


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        (
            "en",
            "The number you have dialed is not in service. Please check the number and dial again.",
            "no-such-number",
        ),
        ("en", "The number you are calling is switched off. Please try again later.", "switched-off"),
        ("en", "All circuits are busy now. Please try your call again later.", "congestion"),
        ("en", "The subscriber you have dialed is not reachable.", "unreachable"),
        ("zh", "对不起，您拨打的号码是空号，请核对后再拨。", "no-such-number"),
        ("zh", "您好，您拨打的电话已停机。", "suspended"),
        ("zh", "您拨打的电话已关机。", "switched-off"),
        ("zh", "您拨打的用户暂时无法接通，请稍后再拨。", "unreachable"),
        ("zh", "您好，您拨打的电话正在通话中，请稍后再拨。", "busy"),
        ("zh", "您拨打的电话暂时无人接听，请稍后再拨。", "no-answer"),
    ],
)
def test_the_networks_announcement_is_known_with_what_it_says(language: str, text: str, kind: str) -> None:
    line = Line(language).silence(0.2).says(4.0, text).silence(1.0)
    assert (line.last.who, line.last.announcement) == ("announcement", kind)
    assert announced(text, language) == kind


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("en", "The person you are calling is not available.", "Please leave a message after the tone."),
        ("zh", "您拨打的用户暂时无法接通", "请在嘀声后留言"),
    ],
)
def test_a_network_that_takes_messages_is_a_machine(language: str, first: str, then: str) -> None:
    line = Line(language).silence(0.3).says(2.5, first).silence(0.2).says(2.0, then)
    assert [one.who for one in line.verdicts if one.final] == ["machine"]


def test_information_tones_wait_for_the_words_behind_them_but_not_for_ever() -> None:
    line = Line().silence(0.2).tone("sit").silence(0.3)
    assert [(one.who, one.final) for one in line.verdicts] == [("announcement", False)]
    line.says(3.0, "We're sorry, the number has been disconnected.")
    assert (line.last.who, line.last.announcement) == ("announcement", "no-such-number")
    alone = Line().silence(0.2).tone("sit").silence(12)
    assert (alone.last.who, alone.last.final) == ("announcement", True)


def test_a_fax_is_known_at_once() -> None:
    assert Line().silence(0.8).tone("fax").last.who == "fax"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Hi, the person you're calling uses a screening service. Please say your name and why you call.",
        ),
        ("en", "Please state your name after the tone and I'll see if he is available."),
        ("zh", "您好，我是机主的智能语音助手，请问您的来电目的是什么"),
        ("zh", "请说出您的姓名和来电事由，我来帮您询问机主是否方便接听"),
    ],
)
def test_a_screening_service_is_known_by_what_it_asks(language: str, text: str) -> None:
    assert Line(language).silence(0.5).says(5.0, text).last.who == "screening"


def test_a_service_that_has_names_recorded_is_no_machine_by_half_a_sentence() -> None:
    said = "To be connected please record your name", "To be connected please record your name and why you are calling."
    line = Line().silence(0.5).says(5.0, *said)
    assert [one.who for one in line.verdicts] == ["screening"]
    machine = "Please record your name", "Please record your name now."
    assert Line().silence(0.5).says(3.0, *machine).last.who == "machine"


def test_an_office_that_says_whom_one_has_reached_has_time_to_say_that_a_person_speaks() -> None:
    said = "You've reached", "You've reached Miller's garage", "You've reached Miller's garage, how can I help you?"
    line = Line().silence(0.5).says(2.8, *said).silence(0.5)
    assert [one.who for one in line.verdicts] == ["human"]


def test_who_speaks_after_the_screening_is_a_person_unless_it_is_still_the_service() -> None:
    line = Line(prior=SCREENED).silence(0.3).says(1.5, "Thank you. One moment please.").silence(0.5)
    assert all(one.who == "screening" for one in line.verdicts)
    assert Line(prior=SCREENED).silence(4.0).says(0.6, "Hello, who is this?").silence(0.5).last.who == "human"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thank you for calling City Bank. For English, press one. For opening hours, press two."),
        ("zh", "欢迎致电宏达公司，请直拨分机号，查号请拨零。"),
    ],
)
def test_a_menu_is_known(language: str, text: str) -> None:
    assert Line(language).silence(0.3).says(5.0, text).last.who == "ivr"


def test_silence_is_said_when_nothing_was_ever_heard() -> None:
    line = Line().silence(9.0)
    assert [one.who for one in line.verdicts] == ["silence"]
    assert line.last.at == pytest.approx(POLICY.silence_s, abs=0.1)


def test_a_call_that_ends_before_any_sound_was_answered_by_nobody_knows_whom() -> None:
    assert Line().silence(1.5).who.finally_(1.5) is None
    assert Line().silence(0.5).says(0.6).who.finally_(1.4) is not None


def test_only_a_hello_is_one() -> None:
    assert greets("Hello?", "en")
    assert greets("喂，你好", "zh")
    assert not greets("Hello, who is this?", "en")
    assert not greets("喂，哪位", "zh")
    assert not greets("", "en")


def test_chinese_is_known_by_its_sound() -> None:
    assert "关机" in found_in("您拨打的电话以关机", "zh")
    assert "请留言" not in found_in("请慢慢说", "zh")
