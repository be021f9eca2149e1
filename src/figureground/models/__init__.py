"""DeepLabV3+ and its encoders; `keras.ops` only, so that any Keras backend runs them."""
