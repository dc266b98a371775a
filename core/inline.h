// For functions of which every write and read takes one: in line, whatever a compiler thinks of their size.
// A call that need not wait is a few dozen instructions; so many more are saved and restored around calls of
// its parts.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define SHM_ALWAYS_INLINE __forceinline
#define SHM_NEVER_INLINE __declspec(noinline)
#else
#define SHM_ALWAYS_INLINE inline __attribute__((always_inline))
#define SHM_NEVER_INLINE __attribute__((noinline))
#endif
