"""The review: every mask compared with what a model that has not learned from it says of the photo."""
