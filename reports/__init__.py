"""The document model, its writers, narrative templates and review reports."""
