"""The nouns, their lives and their database."""
