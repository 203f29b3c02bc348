"""Calling out to a list of leads within the law."""
