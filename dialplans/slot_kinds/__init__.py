"""The kinds of values that a caller may say, one noun a file."""
