// The Python module mmcv._ext. Importing it loads the library, whose static initialisers register the operators below
// torch.ops.mmcv; the module itself only says what it was built from. Only the LibTorch stable ABI is used throughout,
// so that one build serves every torch from 2.10 on.
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030a0000
#include <Python.h>

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_ext", "Compiled operators of mmcv.ops.", -1, nullptr, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit__ext() {
  PyObject* module = PyModule_Create(&definition);
  if (module == nullptr || PyModule_AddStringConstant(module, "build_key", MMCV_BUILD_KEY) < 0 ||
      PyModule_AddStringConstant(module, "cuda", MMCV_BUILD_CUDA) < 0) {
    Py_XDECREF(module);
    return nullptr;
  }
  return module;
}
