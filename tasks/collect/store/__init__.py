"""Stores what was read as immutable versions, and what was received."""
