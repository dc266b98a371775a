# Tests with programs of both widths. The 32-bit ones are those of a build for x86, in SHM_X86_BUILD: where they are not built, the
# tests skip themselves. Windows runs both; on Debian it takes the Wine that tests/run.sh --all brings.
set(SHM_RUNS_X86 OFF)
if((MINGW OR CMAKE_HOST_WIN32) AND CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(SHM_RUNS_X86 ON)
endif()
set(SHM_X86_LABELS x86)
if(NOT CMAKE_HOST_WIN32)
  list(APPEND SHM_X86_LABELS long)
endif()

# add_x86_test(NAME PROGRAM LABEL VARIABLE=VALUE): a 64-bit test, which starts 32-bit programs. The variable says where these are.
function(add_x86_test name program label environment)
  add_test(NAME ${name} COMMAND ${program})
  set_tests_properties(${name} PROPERTIES LABELS "${label};${SHM_X86_LABELS}" RESOURCE_LOCK shmbroker_service TIMEOUT 300
    ENVIRONMENT "${environment}")
  if(NOT label STREQUAL "languages") # of which it skips some and runs others
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "not built: ;this Windows runs no 32-bit programs")
  endif()
endfunction()

# add_test_of_x86(NAME PROGRAM LABEL): a 32-bit test, which starts 64-bit programs: the service and others of this build.
function(add_test_of_x86 name program label)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -D PROGRAM=${SHM_X86_BUILD}/bin/${program}.exe
    -D EMULATOR=${CMAKE_CROSSCOMPILING_EMULATOR} -P ${CMAKE_SOURCE_DIR}/tests/support/run_x86.cmake)
  set_tests_properties(${name} PROPERTIES LABELS "${label};${SHM_X86_LABELS}" RESOURCE_LOCK shmbroker_service TIMEOUT 300
    SKIP_REGULAR_EXPRESSION "^Skipped: " ENVIRONMENT SHM_X64_PROGRAMS=${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
endfunction()
