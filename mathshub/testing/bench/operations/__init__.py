"""The operations that are measured, a module each; mathshub.testing.bench names them in order."""
