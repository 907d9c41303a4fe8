"""Reads our own workbook: guard, parser in a limited child, sheets to cells."""
