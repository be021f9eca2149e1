"""One thin module a DVC stage: read parameters, call the house that does the work, write and log what came of it."""
