"""Many photos: what becomes of each, and where the results go."""
