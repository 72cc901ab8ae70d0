"""The diagrams of docs/explanation: who speaks with whom, in which order."""
