"""Folders of images and labels as users have them: what is an image, what a label, which belong together."""
