"""Document photos: faces, standards of authorities, sheets to print."""
