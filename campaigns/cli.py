"""`hotline campaigns` as a whole: the files that have its commands, joined."""

from campaigns import report_cli, running_cli
from campaigns.campaigns_cli import app

__all__ = ["app", "report_cli", "running_cli"]
