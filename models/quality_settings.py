"""What an administrator may set of inspection and of review by people: `[quality]` and `[[quality.samples]]`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

SampleKind = Literal["random", "low-score", "fatal", "rule", "long-silence", "low-confidence", "new-agent", "complaint"]
USUAL = {"low-score": 60.0, "low-confidence": 0.6, "long-silence": 20.0, "new-agent": 30.0}
"""Limits that count where a sample gives none."""

_AND = ", ".join(f'"{one}"' for one in USUAL)


class SampleSettings(BaseModel):
    """Calls that people review, so many a week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    by: SampleKind
    each_week: int = Field(ge=1, le=10_000)
    """How many a week (Monday to Sunday, UTC), of each of what `per` says."""
    per: Literal["agent", "team", "queue", "flow", "all"] = "agent"
    scorecard: str = ""
    """Whose findings are reviewed; "": any."""
    limit: float = Field(0, ge=0)
    """Points or confidence (0 to 1) below which a call is meant, seconds of silence, days for which an agent is new;
    0: the usual."""
    rule: str = ""
    """The name of the rule that must be broken."""
    talks: Literal["agent", "robot", ""] = ""
    queues: list[str] = []
    teams: list[str] = []
    """Only calls of these; empty: any."""

    @model_validator(mode="after")
    def _measured_by_its_own(self) -> "SampleSettings":
        if self.limit and self.by not in USUAL:
            raise PydanticCustomError("sample", f'A sample by = "{self.by}" has no limit; those by {_AND} have')
        if self.by == "rule" and not self.rule:
            raise PydanticCustomError("sample", 'A sample by = "rule" names a rule that is broken: rule = "NAME"')
        if self.rule and self.by != "rule":
            raise PydanticCustomError("sample", f'A sample by = "{self.by}" names no rule; write by = "rule"')
        return self

    @property
    def from_where(self) -> float:
        """The limit that counts."""
        return self.limit or USUAL.get(self.by, 0.0)


class QualitySettings(BaseModel):
    """Inspection of calls, and their review by people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inspect: bool = True
    """Whether the server inspects its calls by a process of its own; else `hotline quality inspect` does."""
    recogniser_model: str = ""
    """A directory with larger weights of Whisper by which recordings are heard again; empty: as [speech] has it."""
    review_days: int = Field(7, ge=1)
    """By when a review that was given out is due."""
    appeal_days: int = Field(7, ge=1)
    """For how long the agent, or who leads the team, may appeal against a review."""
    decision_days: int = Field(5, ge=1)
    """By when an appeal is to be decided."""
    double_share: float = Field(0.05, ge=0, le=1)
    """Of the samples: judged by two reviewers who don't see each other's, to know how far they agree."""
    seed: str = ""
    """Of the chance that samples draw with; another one draws others."""
    samples: list[SampleSettings] = []

    @field_validator("samples")
    @classmethod
    def _names_once(cls, samples: list[SampleSettings]) -> list[SampleSettings]:
        names = [one.name for one in samples]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise PydanticCustomError("samples", f'Two samples are named "{twice}"; each needs a name of its own')
        return samples
