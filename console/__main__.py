"""`python -m console`: the `hotline` command where it isn't installed."""

from console.command import main

main()
