"""The room for observers of the tests: their bank, assignments without conflict of interest, and sheets."""
