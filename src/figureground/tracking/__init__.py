"""Everything that knows MLflow: the store, runs, what a run was made from, the registry and the registered model."""
