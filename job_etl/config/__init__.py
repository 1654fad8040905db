"""The configuration files, and the modules that read them: what may stand in each, and what is said of a mistake."""
