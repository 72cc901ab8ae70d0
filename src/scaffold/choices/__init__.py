"""What may be chosen, and how one complete set of answers comes about."""
