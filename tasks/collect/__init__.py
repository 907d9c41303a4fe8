"""Collecting: guard, readers and the intake of submitted files."""
