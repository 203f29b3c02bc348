"""What to say next: flows, their interpreter, understanding and routing."""
