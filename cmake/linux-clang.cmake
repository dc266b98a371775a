# Builds core/ natively with clang, whose sanitizers know atomic fences better than gcc's.
set(CMAKE_C_COMPILER /usr/bin/clang)
set(CMAKE_CXX_COMPILER /usr/bin/clang++)
