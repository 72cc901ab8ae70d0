"""For development and tests only; no part of the service."""
