"""Pages: one HTML file each, with its styles and pictures inside, that needs no network."""
