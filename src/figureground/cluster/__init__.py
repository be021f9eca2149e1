"""What runs on several hosts at once: training on JAX's distributed runtime."""
