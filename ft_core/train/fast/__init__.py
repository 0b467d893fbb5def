"""The same training, sooner: rows without padding, and layers that keep less and compute less than the plain ones."""
