render_as_batch=True,  # SQLite alters a table by copying it
render_item=lambda _, t, __: isinstance(t, app.driver.UtcDateTime) and "sa.DateTime()",
