"""The pictures of docs/pictures: what a terminal shows while the real commands run."""
