"""Encoders of DeepLabV3+, a file each, found by its name; `figureground.models.encoder` says what it holds."""
