"""What every stage reads of a data set: its metadata, the manifest, the split."""
