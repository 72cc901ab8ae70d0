"""The `scaffold` command: make a backend service from the template, and keep it current."""
