"""What was answered to requests that came with an Idempotency-Key."""
