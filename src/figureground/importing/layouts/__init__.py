"""Readers of the layouts in which photos and masks come: each finds its items and refuses the rest with a reason."""
