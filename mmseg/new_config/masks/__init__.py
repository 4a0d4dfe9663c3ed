"""Index masks beside a folder, from colour or 0/255 masks and from what labelling tools write."""
