"""Scores the projects of submissions by the scheme of their form family."""
