from hypothesis import settings

# The first example reads the dictionaries, and a busy machine is no failure: time is measured elsewhere.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
