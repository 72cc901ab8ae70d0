"""The example resource: rename it, or copy it for the next one."""
