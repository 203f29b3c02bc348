import pytest

from dialplans.complaint import FlowRefused
from dialplans.loader import load, loads
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
commands: {operator: person, goodbye: bye}
slots:
  digits: {type: digits, digits: 4}
flows:
  code:
    steps:
      - step: ask
        collect: {en: "{{ whose }} code?", zh: "{{ whose }}号码？"}
        slot: code
        digits: 4
        max_attempts: 2
        otherwise: none
      - step: check
        run: sure
        with: {what: "{{ code }}"}
        results: {fine: agreed}
      - step: back
        branch:
          - {when: fine, equals: false, goto: ask}
      - step: give
        return: {number: "{{ code }}"}
      - step: none
        return: {number: ""}
  sure:
    steps:
      - step: right
        confirm: {en: "{{ what | digits }}?", zh: "{{ what | digits }}？"}
        "yes": agree
        "no": deny
        otherwise: deny
      - step: agree
        set: {agreed: true}
        goto: end
      - step: deny
        set: {agreed: false}
      - step: end
        goto: last
      - step: last
        say: {en: Thanks., zh: 谢谢。}
steps:
  - step: get
    run: code
    with: {whose: Your}
    results: {mine: number}
  - step: told
    ask: {en: "It is {{ mine | default:\\"none\\" }}. More?", zh: "{{ mine }}，还有吗？"}
    digits: {1: get}
    otherwise: bye
  - step: person
    enqueue: people
    unavailable: {en: Nobody., zh: 没人。}
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
""".replace('\\\\"', '"').replace('\\"', "'")


def test_a_sub_flow_gets_arguments_and_gives_results_back():
    play = Play(FLOW)
    assert play.heard == "Your code?"
    assert play.keys("4271") == "four two seven one?"
    assert play.says("no") == "Thanks. Your code?"
    assert play.keys("4272") == "four two seven two?"
    assert play.says("yes").startswith("Thanks. It is 4272")
    assert play["mine"] == "4272"
    assert play["code"] is None, "its own variables are its own"
    assert len(play.dialogue.state().frames) == 1


def test_it_speaks_the_language_of_the_call():
    play = Play(FLOW, "zh")
    play.keys("4271")
    assert play.heard == "四二七幺？"
    assert play.says("对") == "谢谢。 4271，还有吗？"


def test_commands_of_the_flow_hold_within_it_and_leave_it():
    play = Play(FLOW)
    play.keys("4271")
    assert len(play.dialogue.state().frames) == 3
    play.says("operator")
    assert (play.errand.reason, len(play.dialogue.state().frames)) == ("asked", 1)
    play = Play(FLOW)
    assert play.says("goodbye") == "Goodbye."
    assert play.hung_up


def test_going_back_leaves_a_sub_flow_or_enters_it_anew():
    play = Play(FLOW)
    play.keys("4271")
    assert play.says("go back") == "Let's go back. Your code?"
    play.keys("4271")
    play.says("yes")
    assert play.says("go back").startswith("Let's go back. Your code?")
    assert play.says("go back").startswith("This is the first question.")


def test_what_it_knows_of_the_call_is_known_in_it():
    flow = FLOW.replace("{{ whose }} code?", "{{ caller }} {{ customer.name }}?")
    assert Play(flow, customer={"name": "Ada"}).heard == "5550142 Ada?"


def test_a_hangup_in_it_ends_the_call():
    play = Play(FLOW.replace('return: {number: ""}', "hangup: {en: Bye now., zh: 再见。}"))
    play.silent()
    assert play.silent() == "Bye now."
    assert play.hung_up


def test_flows_that_run_each_other_for_ever_end():
    flow = "flows:\n  a: {steps: [{step: x, run: b}]}\n  b: {steps: [{step: x, run: a}]}\nsteps: [{step: s, run: a}]"
    assert Play(flow).hung_up


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / "main.yaml"


MAIN = "import: [common.yaml]\nsteps:\n- step: s\n  run: other\n  results: {x: y}\n- step: e\n  hangup: '{{ x }}'\n"
OTHER = "steps:\n- step: s\n  return: {y: 'from there'}\n"


def test_a_sub_flow_may_be_another_file_and_its_text_counts_for_the_version(tmp_path):
    path = write(tmp_path, main=MAIN, other=OTHER, common="prompts: {sorry: Hm?}")
    flow = load(path)
    assert Play(flow).heard == "from there"
    assert flow.prompts["sorry"] == {"en": "Hm?"}
    write(tmp_path, other=OTHER + "# changed\n")
    assert load(path).version != flow.version
    assert load(path).steps == flow.steps


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"other": "steps:\n- step: s\n  run: main\n"}, "other.yaml:2:3: Flow 'main' leads back to this file; break"),
        ({"other": "steps:\n- step: s\n  sya: x\n"}, "other.yaml:3:3: Step 's': verb 'sya' is unknown"),
        ({"other": OTHER, "common": "steps: []"}, "common.yaml:1:1: the flow has no 'steps'; write"),
    ],
)
def test_what_is_wrong_in_another_file_is_named_there(tmp_path, files, complaint):
    path = write(tmp_path, **{"main": MAIN, "common": "intents: {}", **files})
    with pytest.raises(FlowRefused) as refused:
        load(path, "main.yaml")
    assert complaint in str(refused.value)


def test_a_file_to_import_that_is_not_there_is_named():
    with pytest.raises(FlowRefused, match=r"x.yaml:1:10: There is no file 'common.yaml' beside this one"):
        loads(MAIN, "x.yaml")
