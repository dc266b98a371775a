# Every target of ours links shm_options: warnings as errors, UTF-16 Win32, and the sanitizer of the preset.
set(SHM_SANITIZE "" CACHE STRING "Sanitizers for the native build, as clang's -fsanitize takes them")

add_library(shm_options INTERFACE)
target_include_directories(shm_options INTERFACE ${CMAKE_SOURCE_DIR})
if(MSVC)
  target_compile_options(shm_options INTERFACE /W4 /WX /utf-8 /permissive-)
else()
  target_compile_options(shm_options INTERFACE -Wall -Wextra -Wconversion -Werror)
endif()
if(WIN32)
  # 0x0A00: Windows 10, the oldest version that we support.
  target_compile_definitions(shm_options INTERFACE
    UNICODE _UNICODE WIN32_LEAN_AND_MEAN NOMINMAX _WIN32_WINNT=0x0A00)
endif()
if(SHM_SANITIZE)
  # For every target, GoogleTest included: mixed objects report what isn't there.
  add_compile_options(-fsanitize=${SHM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${SHM_SANITIZE})
endif()
