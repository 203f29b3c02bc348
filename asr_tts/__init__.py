"""Ears and mouth: speech activity, recognition, synthesis, and the models they need."""
