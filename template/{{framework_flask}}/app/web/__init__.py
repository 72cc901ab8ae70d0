"""Flask's glue: all that the edge and the routes need from the framework."""
