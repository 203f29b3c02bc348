"""Follow-up work with a deadline."""
