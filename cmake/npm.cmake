# bring_npm_packages(from to result) brings what the package-lock.json of one folder names into another, unless that was
# done. result: "", or why it failed. NODE and NPM must have been found.
function(bring_npm_packages from to result)
  set(stamp ${to}/node_modules/.brought)
  set(brought "")
  file(SHA256 ${from}/package-lock.json wanted)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from}/package-lock.json)
  if(EXISTS ${stamp})
    file(READ ${stamp} brought)
  endif()
  if(NOT brought STREQUAL wanted)
    message(STATUS "npm ci in ${to}")
    file(COPY ${from}/package.json ${from}/package-lock.json DESTINATION ${to})
    cmake_path(GET NODE PARENT_PATH node_folder) # npm starts the first node on PATH
    # --force: packages for Windows on another system. No scripts: koffi's would look for a compiler.
    execute_process(
      COMMAND ${CMAKE_COMMAND} -E env --modify PATH=path_list_prepend:${node_folder}
        ${NPM} ci --force --ignore-scripts --omit=optional --no-audit --no-fund
      WORKING_DIRECTORY ${to}
      OUTPUT_FILE ${to}/npm.log
      ERROR_FILE ${to}/npm.log
      RESULT_VARIABLE failed)
    if(failed)
      set(${result} "npm ci failed: see ${to}/npm.log" PARENT_SCOPE)
      return()
    endif()
    file(WRITE ${stamp} ${wanted})
  endif()
  set(${result} "" PARENT_SCOPE)
endfunction()
