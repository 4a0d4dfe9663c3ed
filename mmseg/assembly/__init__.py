"""From a config to the parts of a run: model, loaders, their placement and speed."""
