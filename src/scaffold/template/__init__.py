"""What is rendered: of which release, from which source, brought by which choice."""
