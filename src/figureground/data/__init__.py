"""Importing photos and masks, their metadata, the audit and the split."""
