"""Hyperparameter search with Optuna: search space, trials, study, workers, figures, winner."""
