"""Reads the published text layout: tables, sentences, forms of performance self-evaluation."""
