"""A GPU on a CPU: the extension's CUDA sources, compiled by the host's compiler and run against the references.

``bash tests/emulate.sh`` is the way in. translate.py rewrites the two things of CUDA that are no C++, build.py
compiles, cuda_runtime.h and the files beside it are the device, session.py says what pytest is started with, plugin.py
puts the result in the place of ``mmcv._ext``, check_kernels.py says what must hold, and mutants.py whether that is
enough.
"""
