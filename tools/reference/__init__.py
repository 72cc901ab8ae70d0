"""The pages of docs/reference that are made of what they describe."""
