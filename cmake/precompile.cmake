# precompile_headers(TARGET PRIVATE HEADER) or precompile_headers(TARGET REUSE_FROM OTHER): as CMake's own command. What is
# precompiled are other projects' headers: every source includes what it uses, and builds with
# CMAKE_DISABLE_PRECOMPILE_HEADERS too.
function(precompile_headers target)
  target_precompile_headers(${target} ${ARGN})
  if(MINGW AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    # Where <string> is precompiled, GCC 12 takes the standard library's own copies of short strings for faults.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endfunction()
