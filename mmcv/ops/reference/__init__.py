"""The operators in plain PyTorch: what runs without the compiled extension, and what the tests compare it with.

There is one module per operator, of the operator's own name; the operator registers what it needs from there.
"""
