"""Augmentation: variants of the training photos, and the shards that training reads."""
