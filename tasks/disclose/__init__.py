"""Writes the disclosure documents and the review reports."""
