"""Judges submissions by the rule catalogue, through Great Expectations, and stores outcomes and findings."""
