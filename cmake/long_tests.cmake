# What only the tests with the label long need takes minutes to build. tests/run.sh leaves it out, but with --all.
option(SHM_LONG_TESTS "Build what only the tests with the label long need" ON)
set(SHM_ALL_IF_LONG "")
if(SHM_LONG_TESTS)
  set(SHM_ALL_IF_LONG ALL) # of a custom target
endif()

function(for_long_tests target)
  if(NOT SHM_LONG_TESTS)
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()
