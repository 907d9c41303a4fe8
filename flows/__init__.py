"""The flows of the annual cycle, their settings and the command line."""
