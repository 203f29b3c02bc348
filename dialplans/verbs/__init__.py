"""The verbs of the flow language, one a module: what an author may write, what it does, where it leads."""
