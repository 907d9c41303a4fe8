"""What data must satisfy: rule language, rule catalogue, Great Expectations suites, scoring schemes."""
