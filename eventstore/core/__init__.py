"""The functional core: events, moments, folds. Standard library only, no I/O."""
