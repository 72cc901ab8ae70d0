"""The contract over HTTP, free of framework and store."""
