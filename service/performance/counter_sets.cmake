# make_counter_sets(MANIFEST FOLDER): makes of the manifest of the performance counters, for the build, FOLDER/counter_sets.h
# (which sets and counters there are) and FOLDER/counter_sets.rc (what they are called). Each element of the manifest is
# one line.

# {b256833e-0eec-43ae-…} as an initializer of a GUID.
function(guid_initializer guid result)
  string(REGEX MATCHALL "[0-9a-f]+" part "${guid}")
  list(GET part 0 a)
  list(GET part 1 b)
  list(GET part 2 c)
  list(GET part 3 d)
  list(GET part 4 e)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes "${d}${e}")
  string(REGEX REPLACE ", $" "" bytes "${bytes}")
  set(${result} "{0x${a}, 0x${b}, 0x${c}, {${bytes}}}" PARENT_SCOPE)
endfunction()

# The value of an attribute in a line.
function(attribute line name result)
  if(NOT line MATCHES " ${name}=\"([^\"]*)\"")
    message(FATAL_ERROR "the counters' manifest has no ${name} in: ${line}")
  endif()
  set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

function(make_counter_sets manifest folder)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  file(STRINGS ${manifest} lines REGEX "^ *<(provider|counterSet|counter|/counterSet)( |>)" ENCODING UTF-8)
  set(texts "")
  set(code "")
  foreach(line IN LISTS lines)
    if(line MATCHES "</counterSet>")
      string(APPEND code "};\n")
      continue()
    endif()
    attribute("${line}" symbol symbol)
    if(line MATCHES "<provider ")
      attribute("${line}" providerGuid guid)
      guid_initializer(${guid} guid_code)
      string(APPEND code "inline constexpr GUID kProvider = ${guid_code};\n"
        "inline constexpr wchar_t kProviderText[] = L\"${guid}\";\n")
      continue()
    endif()
    foreach(text name description)
      attribute("${line}" ${text} value)
      attribute("${line}" ${text}ID id)
      string(APPEND texts "  ${id} \"${value}\"\n")
      if(text STREQUAL "name") # once more: the name in English, whatever the first is translated to
        math(EXPR id "${id} + 1")
        string(APPEND texts "  ${id} \"${value}\"\n")
      endif()
    endforeach()
    if(line MATCHES "<counterSet ")
      attribute("${line}" guid guid)
      attribute("${line}" instances instances)
      guid_initializer(${guid} guid_code)
      set(is_multiple false)
      if(instances STREQUAL "multiple")
        set(is_multiple true)
      endif()
      string(APPEND code "\nstruct ${symbol}Set {\n  static constexpr GUID kGuid = ${guid_code};\n"
        "  static constexpr bool kHasInstances = ${is_multiple};\n")
      set(set ${symbol})
    else()
      attribute("${line}" id id)
      attribute("${line}" type type)
      string(TOUPPER ${type} type)
      string(APPEND code "  static constexpr Counter k${symbol}{${id}, ${type}};\n")
      list(APPEND counters_of_${set} k${symbol})
    endif()
  endforeach()
  foreach(set Service Channel)
    list(JOIN counters_of_${set} ", ${set}Set::" all)
    string(APPEND code "inline constexpr Counter k${set}Counters[] = {${set}Set::${all}};\n")
  endforeach()
  file(CONFIGURE OUTPUT ${folder}/counter_sets.rc CONTENT "STRINGTABLE\nBEGIN\n${texts}END\n" @ONLY)
  file(CONFIGURE OUTPUT ${folder}/counter_sets.h CONTENT
"// Made of shmbroker.man by counter_sets.cmake.
#pragma once

#include <windows.h>

#include <winperf.h>

namespace shmbroker::service {

struct Counter {
  ULONG id;
  ULONG type;
};

${code}
}  // namespace shmbroker::service
" @ONLY)
endfunction()
