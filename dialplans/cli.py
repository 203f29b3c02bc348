"""`hotline dialplan`: placeholder by the lead until the conversation helper's file replaces it (not committed)."""

import typer

app = typer.Typer(help="Flows.")
