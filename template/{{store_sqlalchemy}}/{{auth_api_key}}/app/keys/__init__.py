"""API keys as they are kept, and the commands that make and end them."""
