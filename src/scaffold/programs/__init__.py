"""What programs read and write: documents, completions, the protocol of agents."""
