"""Rendered people: dressed bodies in rooms, streets and parks, with masks that are exact."""
