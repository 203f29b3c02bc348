from voice.sip.seldom import Seldom


def test_a_line_comes_at_most_once_in_its_time_and_tells_what_was_left_out():
    seldom = Seldom(10)
    said = [seldom.line(f"at {now}", now) for now in (0, 1, 9.9, 10, 25)]
    assert said == ["at 0", "", "", "at 10 (2 more since the last line)", "at 25"]
