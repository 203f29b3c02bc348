"""The whole suite; a package so that its own workers can be started with `python -m`."""
