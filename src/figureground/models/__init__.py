"""DeepLabV3+ with four encoders, weights, losses and metrics; `keras.ops` only, so that any Keras backend runs them."""
