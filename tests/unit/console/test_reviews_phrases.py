"""What pages of reviews say by names from elsewhere (states, reasons, refusals) is there in both languages."""

import re
from pathlib import Path
from typing import get_args

from console.phrases import Phrases
from models.quality_settings import SampleKind, SampleSettings
from models.review import ReviewState

PHRASES = Phrases.load()
QUALITY = Path(__file__).parents[3] / "quality"


def test_states_reasons_and_quotas_are_said_in_both_languages():
    keys = [f"reviews.state_{state}" for state in ReviewState]
    keys += [f"reviews.reason_{kind.replace('-', '_')}" for kind in (*get_args(SampleKind), "asked")]
    keys += [f"reviews.per_{per}" for per in get_args(SampleSettings.model_fields["per"].annotation)]
    for key in keys:
        assert all(PHRASES.texts[key][language] for language in ("en", "zh")), key


def test_every_refusal_of_a_review_is_told_in_the_readers_language():
    texts = [file.read_text(encoding="utf-8") for file in QUALITY.glob("*.py")]
    keys = {key for text in texts for key in re.findall(r'"(reviews\.[a-z_]+)"', text)}
    assert len(keys) > 20
    for key in keys:
        fields = [set(re.findall(r"{(\w+)}", PHRASES.texts[key][language])) for language in ("en", "zh")]
        assert fields[0] == fields[1], key
