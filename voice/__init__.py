"""One conversation on one line."""
