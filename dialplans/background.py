"""What callers of hotlines say anyway, by topic: wordings that a few examples of an author's don't cover.

A topic that plainly is one of the intents lends it its sentences; one that plainly is none shows what is something
else; what is neither is left out. So five examples do for an intent that other lines know too, and an intent that is
the author's own alone still learns what it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from asr_tts.sense import Sense, Vectors
from asr_tts.weights import weights_directory
from dialplans.fitted import Fitted
from knowledge.respelling import Respelling

WISHES = Path(__file__).parent / "wishes"
OTHER = ""
"""Name of what belongs to no intent."""
NEAREST, SHARE = 2, 0.3
"""So many of an intent's examples are the nearest: a share of them, or two. Among twenty the two nearest are nearer
than among five, whatever is said."""
PLAIN = 0.09
"""How plain it must be that a topic is its likest intent and no other: see `_plainness`."""
AHEAD = 0.005
"""By which it must be ahead of the next one at least."""


@dataclass(frozen=True)
class Background:
    """The topics of one language as one encoder sees them; row i of `vectors` is `sentences[i]`."""

    sentences: tuple[str, ...]
    topics: Mapping[str, range]
    vectors: Vectors
    """As the encoder has them."""
    version: str
    """Changes with the sentences and the encoder."""
    encoder: str
    """The name of the encoder."""
    respelling: Respelling | None = None
    """By the words of the sentences, where the language is spelled by sound."""


_READ: dict[tuple[str, str], Background] = {}


def background_of(language: str, sense: Sense) -> Background | None:
    """Return the background of `language`, or None where there is none; the first time ever it is worked out (5 s)."""
    if background := _READ.get((language, sense.version)):
        return background
    path = WISHES / f"{language}.yaml"
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8")
    topics: dict[str, range] = {}
    sentences: list[str] = []
    for topic, said in YAML(typ="safe").load(text).items():
        topics[topic] = range(len(sentences), len(sentences) + len(said))
        sentences += said
    version = sha256(f"{sense.version}\n{text}".encode()).hexdigest()[:16]
    vectors = _kept_vectors(language, version, sense, sentences)
    respelling = Respelling(sentences) if language == "zh" else None
    background = Background(tuple(sentences), topics, vectors, version, sense.name, respelling)
    return _READ.setdefault((language, sense.version), background)


def intent_of_topics(
    alike: Vectors, intents: Sequence[str], topics: Mapping[str, range], fitted: Fitted
) -> dict[str, str]:
    """Return the intent, or `OTHER`, of every topic that is plainly one.

    `alike` holds the likeness of each background sentence to each example; `intents` names the example's intent.
    """
    names = sorted(set(intents))
    columns = {name: [at for at, one in enumerate(intents) if one == name] for name in names}
    nearest_of = {name: max(NEAREST, round(SHARE * len(of))) for name, of in columns.items()}
    found = {}
    for topic, rows in topics.items():
        of_topic = alike[rows.start : rows.stop]
        nearest = of_topic.argmax(axis=1)
        means = {
            name: float(np.sort(of_topic[:, of], axis=1)[:, -nearest_of[name] :].mean()) for name, of in columns.items()
        }
        best = max(names, key=lambda name: means[name])
        ahead = means[best] - max((mean for name, mean in means.items() if name != best), default=0.0)
        agreed = float(np.mean([intents[at] == best for at in nearest]))
        if means[best] >= fitted.near and ahead >= AHEAD and _plainness(means[best], ahead, agreed) >= PLAIN:
            found[topic] = best
        elif means[best] < fitted.far:
            found[topic] = OTHER
    return found


def _plainness(mean: float, ahead: float, agreed: float) -> float:
    """How like the topic is to the intent, how far behind the next one is, and how many sentences agree: all help."""
    return ahead + (agreed - 0.5) / 2 + (mean - 0.25)


def _kept_vectors(language: str, version: str, sense: Sense, sentences: list[str]) -> Vectors:
    """Vectors from a file beside the weights, or made and put there; a place that can't be written to is no fault."""
    path = weights_directory() / f"wishes-{language}-{version}.npy"
    try:
        kept = np.load(path, allow_pickle=False)
        if kept.shape == (len(sentences), sense.dimension):
            return np.asarray(kept, np.float32)
    except (OSError, ValueError):
        pass
    vectors = sense.of(sentences)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part.npy")
        np.save(partial, vectors)
        partial.replace(path)
    except OSError:
        pass
    return vectors
