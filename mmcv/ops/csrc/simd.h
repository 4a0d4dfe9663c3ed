// For what a function is compiled: a GPU too, or several generations of x86-64 of which the loader picks one.
#pragma once

#if defined(__CUDACC__)
#define MMCV_HOST_DEVICE __host__ __device__
#else
#define MMCV_HOST_DEVICE
#endif

// MMCV_SIMD goes before a function (no template; it may call MMCV_INLINE templates, which are compiled with it). Elsewhere,
// and under AddressSanitizer, which cannot run before the loader's choice, there is one version.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    __GNUC__ >= 12 && !defined(__SANITIZE_ADDRESS__)
#define MMCV_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MMCV_SIMD
#endif

#define MMCV_INLINE __attribute__((always_inline)) inline
