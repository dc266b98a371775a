# cmake -D CARGO=… -D RUSTC=… -D SOURCE=… -D DLL=… -D VERSION=… -D WORK=… [-D GCC=…] -P cargo_package.cmake
# Packs the crate, which cargo compiles to verify it, and builds a stranger's program that adds it.
cmake_minimum_required(VERSION 3.25)
set(target x86_64-pc-windows-gnu)
set(ENV{RUSTC} ${RUSTC})
set(ENV{CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER} ${GCC})
set(ENV{CARGO_TARGET_DIR} ${WORK}/target)
file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/bindings/rust DESTINATION ${WORK}/source/bindings)
file(COPY ${SOURCE}/LICENSE DESTINATION ${WORK}/source)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/cargo/ DESTINATION ${WORK}/stranger)

execute_process(COMMAND ${CARGO} package --offline WORKING_DIRECTORY ${WORK}/source/bindings/rust
  COMMAND_ERROR_IS_FATAL ANY)
set(package ${WORK}/target/package/shmbroker-${VERSION}.crate)
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
