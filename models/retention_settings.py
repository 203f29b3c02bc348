"""What an administrator may set of how long calls are kept: `[retention]`."""

from pydantic import BaseModel, ConfigDict, Field


class RetentionSettings(BaseModel):
    """After how many days what is deleted of a call; its record, figures and scores stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recordings_days: int = Field(0, ge=0)
    """Its recording with the copy without personal data, and messages that were left in it; 0: never."""
    words_days: int = Field(0, ge=0)
    """These, and everything that was said; 0: never."""

    @property
    def any(self) -> bool:
        """Whether anything is ever deleted by age."""
        return bool(self.recordings_days or self.words_days)
