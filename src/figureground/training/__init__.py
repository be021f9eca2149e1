"""Training: tf.data input from shards, the fit, resuming."""
