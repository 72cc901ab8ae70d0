"""Questions on a terminal: the wizard, its screens, and what is kept when it is left."""
