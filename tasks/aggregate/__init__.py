"""Adds the units up into the department's accounts."""
