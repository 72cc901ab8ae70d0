render_as_batch=True,  # SQLite alters a table by copying it
