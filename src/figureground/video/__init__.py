"""Videos, cameras and moving backgrounds."""
