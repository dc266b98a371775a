# Cross-compiles for 32-bit Windows with Debian's MinGW-w64. To run it needs a 32-bit Wine, or Windows.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(triple i686-w64-mingw32)
if(NOT CMAKE_HOST_WIN32)
  set(debian /usr/bin/) # and not what else PATH has
endif()
# The posix variant is the one whose standard library has std::thread and std::mutex.
set(CMAKE_C_COMPILER ${debian}${triple}-gcc-posix)
set(CMAKE_CXX_COMPILER ${debian}${triple}-g++-posix)
set(CMAKE_RC_COMPILER ${debian}${triple}-windres)
set(CMAKE_FIND_ROOT_PATH /usr/${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# What we ship needs no other DLL than Windows' own.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-static")
