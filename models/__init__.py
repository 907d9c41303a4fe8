"""The vocabulary: forms, subjects, profiles, money, submissions and the SQLModel tables."""
