"""A project, taken to other answers or another release: planned, merged, placed."""
