"""A config for a folder of images and labels that the project has never seen."""
