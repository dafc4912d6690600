"""A made history of Linux sources: see ../make-history."""
