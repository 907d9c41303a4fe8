"""Names of the three flows, and of their deployments, as operators see them in the UI."""

ANNUAL, UNIT, RELEASE = "annual-cycle", "unit-cycle", "release"
FLOWS = (ANNUAL, UNIT, RELEASE)
