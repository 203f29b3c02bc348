"""The console's pages, one file each: what is on it, and what its buttons do."""
