# The languages in which there are samples, as the tests and the benchmark know them: how each one's programs are
# started. A language whose tools a machine lacks is left out, with its reason, and its tests are skipped;
# SHM_ALL_LANGUAGES makes that an error.
option(SHM_ALL_LANGUAGES "Refuse to configure without the tools of every language in samples/" OFF)

# sample_language(go SENDER command... RECEIVER command... [CALLER command... SERVER command...] [CALLS command...]
#   [DEPENDS target...])
# Each command starts one program under Windows: an exe by its path here, and arguments. CALLS is for the benchmark.
# Generator expressions may be used.
function(sample_language name)
  cmake_parse_arguments(PARSE_ARGV 1 language "" "" "SENDER;RECEIVER;CALLER;SERVER;CALLS;DEPENDS")
  set(programs "")
  foreach(program SENDER RECEIVER CALLER SERVER CALLS)
    string(JOIN "\", \"" ${program} ${language_${program}})
    string(APPEND programs "\n    \"${program}\": [\"${${program}}\"],")
  endforeach()
  string(REGEX REPLACE ",$" "" programs "${programs}")
  string(REPLACE "[\"\"]" "[]" programs "${programs}")
  set_property(GLOBAL APPEND PROPERTY SHM_LANGUAGES "  \"${name}\": {${programs}\n  }")
  if(language_DEPENDS)
    set_property(GLOBAL APPEND PROPERTY SHM_LANGUAGE_TARGETS ${language_DEPENDS})
  endif()
endfunction()

# put_dll_beside_programs(folder): where a program of every language looks for the DLL first. ${folder}/shmclient.dll is what to
# depend on.
function(put_dll_beside_programs folder)
  add_custom_command(OUTPUT ${folder}/shmclient.dll
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:shmclient> ${folder}/shmclient.dll
    DEPENDS shmclient VERBATIM)
endfunction()

# sample_tool_missing("samples/python is not checked: no python3"): of a language that is not run here, or of a check
# OPTIONAL behind the reason: not even SHM_ALL_LANGUAGES asks for the tool, which Debian does not have.
function(sample_tool_missing reason)
  if(SHM_ALL_LANGUAGES AND NOT "OPTIONAL" IN_LIST ARGN)
    message(FATAL_ERROR "${reason}")
  endif()
  message(STATUS "${reason}")
endfunction()

# sample_language_missing(go "no go compiler: apt-get install golang-go" [OPTIONAL])
function(sample_language_missing name reason)
  sample_tool_missing("samples/${name} is left out: ${reason}" ${ARGN})
  set_property(GLOBAL APPEND PROPERTY SHM_LANGUAGES "  \"${name}\": {\"missing\": \"${reason}\"}")
endfunction()

# Writes which languages there are, and which are missing, to a JSON file.
function(write_sample_languages file)
  get_property(languages GLOBAL PROPERTY SHM_LANGUAGES)
  string(JOIN ",\n" languages ${languages})
  file(GENERATE OUTPUT ${file} CONTENT "{\n${languages}\n}\n")
endfunction()
