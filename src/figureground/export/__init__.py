"""From a trained Keras model to LiteRT files that are shown to do the same."""
