"""How good the derived fields are: each module measures one field on labelled data, against the obvious alternatives.

Belongs here: measures and baselines. The labelled data are read from a folder and are never part of the project.
"""
