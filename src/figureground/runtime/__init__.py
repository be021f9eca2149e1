"""From a photo to a mask and a cut-out: what a registered model and all that is built on it need."""
