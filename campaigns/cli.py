"""`hotline campaigns` as a whole: the files that have its commands, joined."""

from campaigns import running_cli
from campaigns.campaigns_cli import app

__all__ = ["app", "running_cli"]
