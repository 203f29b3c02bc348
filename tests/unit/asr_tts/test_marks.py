import pytest

from asr_tts.marks import LONGEST_BREAK, WAY_OUT, Part, faults, parts, unmarked


def test_a_text_without_marks_is_one_part():
    assert parts("Is 3 < 5 and 5 > 3?", "en") == [Part("Is 3 < 5 and 5 > 3?")]
    assert faults("Is 3 < 5 and 5 > 3?") == []


def test_a_break_is_silence_behind_what_stands_before_it():
    assert parts("One moment.<break 500ms/> Here it is.", "en") == [
        Part("One moment.", pause_ms=500),
        Part(" Here it is."),
    ]
    assert parts("请稍等。<break 1.5s/>好了。", "zh") == [Part("请稍等。", pause_ms=1500), Part("好了。")]


def test_breaks_add_up_beyond_the_longest_of_one():
    assert parts("A<break 200ms/><break 300ms/>B", "en")[0].pause_ms == 500
    assert parts("A<break 10s/> <break 10s/>B", "en")[0].pause_ms == 20_000
    assert faults("A<break 10s/> <break 10s/>B") == []


@pytest.mark.parametrize("pause", ["<break 30s/>", "<break 10001ms>", "<Break 10.5 S />"])
def test_a_break_is_never_cut_without_a_word(pause):
    assert parts(f"A{pause}B", "en")[0].pause_ms == LONGEST_BREAK
    for text in (f"A{pause}B", f"<emphasis>A{pause}B</emphasis>", f"<spell>A{pause}B</spell>"):
        [fault] = faults(text)
        assert fault == (
            f"'{pause}' is longer than 10 s, the longest pause of one break, and would be cut; "
            "write <break 10s/>, or several in a row."
        )


def test_a_break_first_and_a_break_last_are_silence_too():
    assert parts("<break 300ms/>Yes", "en") == [Part("", pause_ms=300), Part("Yes")]
    assert parts("Yes<break 300ms/>", "en") == [Part("Yes", pause_ms=300)]


def test_what_is_emphasised_is_a_part_of_its_own():
    assert parts("Do <emphasis>not</emphasis> hang up.", "en") == [
        Part("Do "), Part("not", stressed=True), Part(" hang up."),
    ]  # fmt: skip
    assert [part.stressed for part in parts("请<emphasis>不要</emphasis>挂机", "zh")] == [False, True, False]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [("en", "Code <spell>AB12</spell>.", "Code A B one two."), ("zh", "编号<spell>AB12</spell>。", "编号A，B，幺二。")],
)
def test_spelling_is_sign_by_sign_in_both_languages(language, text, words):
    [part] = parts(text, language)
    signs = [sign for sign in part.text if sign.isalnum()]
    assert "".join(signs).startswith("Code" if language == "en" else "编号")
    assert not any(sign.isdigit() for sign in signs)
    assert part.text.index("A") < part.text.index("B")
    if language == "en":
        assert part.text == words


def test_spelling_may_be_emphasised():
    assert parts("<emphasis><spell>XY</spell></emphasis>", "en") == [Part("X Y", stressed=True)]


def test_a_pause_within_what_is_spelled_is_kept():
    assert parts("<spell>AB <break 700ms/> 12</spell>", "en") == [Part("A B", pause_ms=700), Part("one two")]
    assert parts("编号<spell>AB<break 1s/>12</spell>", "zh") == [Part("编号A B", pause_ms=1000), Part("幺二")]


def test_a_pause_within_what_is_emphasised_is_kept():
    assert parts("Do <emphasis>not<break 300ms/>ever</emphasis> hang up.", "en") == [
        Part("Do "), Part("not", stressed=True, pause_ms=300), Part("ever", stressed=True), Part(" hang up."),
    ]  # fmt: skip
    assert faults("Do <emphasis>not<break 300ms/>ever</emphasis> hang up.") == []


def test_what_is_emphasised_within_what_is_spelled_is_stressed():
    assert parts("<spell>A<emphasis>1</emphasis>B</spell>", "en") == [
        Part("A"), Part("one", stressed=True), Part("B"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "mark", ["<brek 500ms/>", "<break/>", "<break 5/>", "<emphasis>", "</spell>", "<b>", "<prosody rate='slow'>"]
)
def test_what_is_no_mark_is_complained_about_and_never_read_aloud(mark):
    text = f"One {mark}two"
    assert faults(text) == [f"'{mark}' is no mark and is not said; {WAY_OUT}."]
    assert [part.text for part in parts(text, "en")] == ["One two"]


def test_good_marks_are_no_complaint():
    assert faults("A<break 500ms/> <emphasis>b</emphasis> <spell>C1</spell> <break 1 s>") == []


def test_what_is_written_down_has_no_marks():
    assert unmarked("Do <emphasis>not</emphasis> hang up.<break 500ms/> Code <spell>AB12</spell>.") == (
        "Do not hang up. Code AB12."
    )
    assert unmarked("请<break 1s/>稍等") == "请稍等"
