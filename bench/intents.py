"""Intents: what callers mean, both languages, through the phone channel, beside scikit-learn's plain baseline.

Fifteen intents of a shop's hotline with five examples and a few keywords each; 151 unseen wordings and 60 sentences
that belong to no intent, a language, said by several voices over a noisy line and heard by our recogniser
(`phone_callers.py`), and the same as clean text. What is tuned was tuned on others (`data/intents_*_dev.yaml`).
Beside it TF-IDF with logistic regression on the same five examples, its threshold for "none of these" tuned on the
same development sentences. `--fit` prints what `confidence` of `dialplans/fitted.py` would be by them.
"""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from asr_tts.sense import sense_of
from asr_tts.speech_protocol import Others
from bench.phone_callers import heard
from bench.report import Report
from dialplans.background import WISHES
from dialplans.flow import Intent
from dialplans.understanding import Understanding, train

DATA = Path(__file__).parent / "data"
NONE = "none"
MORE_COUNT = 0.3
"""A sentence of `_none_dev` counts as much: there are as many of them as of the others together."""
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Said:
    """A sentence, and what it was meant to be."""

    text: str
    intent: str
    """"none" for what belongs to none."""
    others: Others = ()
    """What else may have been said, as the recogniser hears it."""


@dataclass(frozen=True)
class Counts:
    """Shares in %, of sentences with an intent; and of the others."""

    right: float
    wrong: float
    rejected: float


def intents_of(language: str, trade: str = "") -> list[Intent]:
    """Return the intents as an author has them: the shop's, or another trade's ("clinic_")."""
    found = YAML(typ="safe").load((DATA / f"intents_{trade}{language}.yaml").read_text(encoding="utf-8"))
    return [
        Intent(
            name=name,
            examples={language: tuple(one["examples"])},
            keywords={language: tuple(one.get("keywords", ()))},
        )
        for name, one in found.items()
    ]


def sentences(language: str, split: str, *, by_phone: bool) -> list[Said]:
    """Return the sentences of "dev" or "test", as they were written or as they are heard."""
    found = YAML(typ="safe").load((DATA / f"intents_{language}_{split}.yaml").read_text(encoding="utf-8"))
    written = [Said(text, name) for name, texts in found.items() for text in texts]
    if not by_phone:
        return written
    taken = zip(heard([one.text for one in written], language), written, strict=True)
    return [Said(got.text, one.intent, got.others) for got, one in taken]


def counted(taken: Sequence[str], said: Sequence[Said]) -> Counts:
    """Count; `taken` has "" for "none of these"."""
    meant = [(got, one.intent) for got, one in zip(taken, said, strict=True) if one.intent != NONE]
    others = [got for got, one in zip(taken, said, strict=True) if one.intent == NONE]
    return Counts(
        100 * sum(got == wanted for got, wanted in meant) / len(meant),
        100 * sum(got not in ("", wanted) for got, wanted in meant) / len(meant),
        100 * sum(got == "" for got in others) / len(others),
    )


class Baseline:
    """TF-IDF and logistic regression as scikit-learn has them: words of English, one to three signs of Chinese."""

    def __init__(self, language: str, tuned_on: Sequence[Said]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        signs = {"analyzer": "char", "ngram_range": (1, 3)} if language == "zh" else {}
        examples = [(text, one.name) for one in intents_of(language) for text in one.examples[language]]
        self._model = make_pipeline(TfidfVectorizer(**signs), LogisticRegression(max_iter=1000))
        self._model.fit([text for text, _ in examples], [name for _, name in examples])
        self._threshold = max(np.linspace(0, 1, 201), key=lambda at: self._worth(at, tuned_on))

    def of(self, said: Sequence[Said], threshold: float | None = None) -> list[str]:
        """Return what each sentence is taken for."""
        chances = self._model.predict_proba([one.text for one in said])
        least = self._threshold if threshold is None else threshold
        return [str(self._model.classes_[row.argmax()]) if row.max() >= least else "" for row in chances]

    def _worth(self, threshold: float, said: Sequence[Said]) -> float:
        counts = counted(self.of(said, threshold), said)
        return min(counts.rejected, 90) * 100 + counts.right - counts.wrong


def understood(report: Report, language: str) -> None:
    """Right, wrong and rejected, by phone and as text, ours and the baseline's; and what confidences are worth."""
    ours = Understanding(intents_of(language), language)
    plain = Baseline(language, sentences(language, "dev", by_phone=True))
    for by_phone in (True, False):
        said = sentences(language, "test", by_phone=by_phone)
        where = f"{language}, {'by phone' if by_phone else 'as text'}"
        meanings = [ours.of(one.text, others=one.others) for one in said]
        counts, theirs = counted([one.intent for one in meanings], said), counted(plain.of(said), said)
        bounds = (">= 90", "<= 5", ">= 90") if by_phone else ("", "", "")
        better = f">= {theirs.right:.1f}" if by_phone else ""
        report.add(f"{where}: right", counts.right, "%", bounds[0])
        report.add(f"{where}: wrong", counts.wrong, "%", bounds[1])
        report.add(f"{where}: no intent, rejected", counts.rejected, "%", bounds[2])
        report.add(f"{where}: TF-IDF + logistic regression, right", theirs.right, "%")
        report.add(f"{where}: TF-IDF + logistic regression, wrong", theirs.wrong, "%")
        report.add(f"{where}: TF-IDF + logistic regression, rejected", theirs.rejected, "%")
        report.add(f"{where}: right, against the baseline's", counts.right, "%", better)
        for least, most in ((0.5, 0.7), (0.7, 0.9), (0.9, 1.01)) if by_phone else ():
            sure = [one.intent == at.intent for one, at in zip(meanings, said, strict=True)
                    if one.intent and least <= one.confidence < most]  # fmt: skip
            share = 100 * sum(sure) / max(1, len(sure))
            report.add(f"{where}: right of {len(sure)} at {least:.1f}-{min(most, 1):.1f} confidence", share, "%")


def cost(report: Report, language: str) -> None:
    """Time of one sentence that was never asked before, and of learning fifty intents."""
    ours = Understanding(intents_of(language), language)
    for by_phone in (False, True):
        times, work = [], []
        for one in sentences(language, "test", by_phone=by_phone):
            others = tuple((f"{text}.", likely) for text, likely in one.others)
            began, worked = time.perf_counter(), time.process_time()
            ours.of(f"{one.text}.", others=others)
            times.append(1000 * (time.perf_counter() - began))
            work.append(1000 * (time.process_time() - worked))
        what = "as heard, with what else may have been said" if by_phone else "as text"
        report.spread(f"{language}: a sentence {what}, CPU time of all threads", work, "ms", p95="<= 15")
        report.spread(f"{language}: a sentence {what}, as others let it", times, "ms")
    topics = YAML(typ="safe").load((WISHES / f"{language}.yaml").read_text(encoding="utf-8"))
    fifty = [
        Intent(name=name, examples={language: tuple(f"{text}!" for text in texts[:5])})
        for name, texts in list(topics.items())[:50]
    ]
    began = time.perf_counter()
    kept = train(fifty, language)
    report.add(f"{language}: learning 50 intents", time.perf_counter() - began, "s", "<= 5")
    began = time.perf_counter()
    Understanding(fifty, language, kept)
    report.add(f"{language}: taking up what was learned ({len(kept) // 1000} kB)", time.perf_counter() - began, "s")


def fit(language: str) -> list[float]:
    """Return the logistic regression of being right on the evidence, over the development sentences of all kinds."""
    from sklearn.linear_model import LogisticRegression

    ours, chance = Understanding(intents_of(language), language), random.Random(1)
    names = [one.name for one in intents_of(language)]
    evidence, right, weights = [], [], []
    more = (
        sentences(language, "none_dev", by_phone=False) if (DATA / f"intents_{language}_none_dev.yaml").exists() else []
    )
    for said, weight in (
        (sentences(language, "dev", by_phone=True), 1.0),
        (sentences(language, "dev", by_phone=False), 1.0),
        (more, MORE_COUNT),
    ):
        for one in said:
            # Questions with fewer intents, too: what belongs to one that isn't asked for belongs to none.
            for among in (names, chance.sample(names, 9), chance.sample(names, 5)) if one.text else ():
                best = max(among, key=lambda name: ours.evidence(one.text, name, among)[0])
                evidence.append(ours.evidence(one.text, best, among))
                right.append(best == one.intent)
                weights.append(weight)
    model = LogisticRegression(C=10, max_iter=5000).fit(evidence, right, sample_weight=weights)
    return [round(float(value), 2) for value in (model.intercept_[0], *model.coef_[0])]


def main() -> int:
    """Measure and report."""
    if "--fit" in sys.argv:
        for language in [one for one in LANGUAGES if one in sys.argv] or LANGUAGES:
            print(language, fit(language))
        return 0
    report = Report("Intents", " ".join((__doc__ or "").split("\n\n")[1].split()))
    for language in LANGUAGES:
        began = time.perf_counter()
        encoder = sense_of(language)
        report.add(f"{language}: loading the encoders", time.perf_counter() - began, "s")
        if encoder is None:
            return 1
        understood(report, language)
        cost(report, language)
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
