from dialplans.options import MAIN, options_of
from dialplans.reference import WHERE, reference
from dialplans.verbs.registry import VERBS


def test_the_reference_is_what_the_verbs_declare():
    assert WHERE.read_text(encoding="utf-8") == reference(), "run: python -m dialplans.reference"


def test_it_names_every_verb_and_every_field():
    text = reference()
    for verb, cls in VERBS.items():
        assert verb in text
        for key in options_of(cls):
            assert key == MAIN or f"| `{key}` |" in text or key == "goto", (verb, key)
