# cmake -D CARGO=… -D RUSTC=… -D PACKAGES=… -D DLL=… -D VERSION=… -D WORK=… [-D GCC=…] -P cargo_package.cmake
# Looks into the crate, and builds a stranger's program that adds it.
cmake_minimum_required(VERSION 3.25)
set(target x86_64-pc-windows-gnu)
set(ENV{RUSTC} ${RUSTC})
set(ENV{CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER} ${GCC})
set(ENV{CARGO_TARGET_DIR} ${WORK}/target)
file(REMOVE_RECURSE ${WORK})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/cargo/ DESTINATION ${WORK}/stranger)

set(package ${PACKAGES}/rust/shmbroker-${VERSION}.crate)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar xzf ${package} WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
set(crate ${WORK}/shmbroker-${VERSION})
foreach(file Cargo.toml README.md LICENSE src/lib.rs)
  if(NOT EXISTS ${crate}/${file})
    message(FATAL_ERROR "${package} has no ${file}")
  endif()
endforeach()

execute_process(COMMAND ${CARGO} add --offline --path ${crate} WORKING_DIRECTORY ${WORK}/stranger
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CARGO} build --offline --target ${target} WORKING_DIRECTORY ${WORK}/stranger
  COMMAND_ERROR_IS_FATAL ANY)
file(COPY ${WORK}/target/${target}/debug/stranger.exe ${DLL} DESTINATION ${WORK}/program)
