"""The operations that are measured, in the order of the table."""
