"""Everything that speaks SQL from Python: where the database is, its schema, and the set-based statements."""
