"""Building data/ from photos and masks as people have them."""
