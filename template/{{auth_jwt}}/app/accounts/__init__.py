"""Accounts: who may sign in, and the tokens that they get for it."""
