"""Who is calling, and what they may do; free of framework and store."""
