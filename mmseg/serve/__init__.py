"""A server to try a model on: a page in the browser, and predictions over HTTP."""
