"""Masks judged, mended and drawn by people: what `figureground data review` and `data draw` work on."""
