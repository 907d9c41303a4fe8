"""The rule language: Chinese formulas and conditions over forms, rows and columns by their names."""
