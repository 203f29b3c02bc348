"""Where the figures in docs/performance.md come from: one file a figure, each run as `python -m bench.NAME`."""
