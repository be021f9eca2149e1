"""One thin module a DVC stage: read parameters, call the package that does the work, write and log what came of it."""
