# cmake -D CARGO=… -D RUSTC=… -D SOURCE=… -D WORK=… -D OUTPUT=… -P crate.cmake: the crate, packed in a copy, as cargo leaves
# files beside its source. The tests compile what is in it.
cmake_minimum_required(VERSION 3.25)
set(ENV{RUSTC} ${RUSTC})
set(ENV{CARGO_TARGET_DIR} ${WORK}/target)
file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/bindings/rust DESTINATION ${WORK}/source/bindings
  PATTERN target EXCLUDE PATTERN Cargo.lock EXCLUDE PATTERN tests EXCLUDE)
file(COPY ${SOURCE}/LICENSE DESTINATION ${WORK}/source)
execute_process(COMMAND ${CARGO} package --offline --no-verify --quiet WORKING_DIRECTORY ${WORK}/source/bindings/rust
  COMMAND_ERROR_IS_FATAL ANY)
file(GLOB crate ${WORK}/target/package/*.crate)
file(COPY ${crate} DESTINATION ${OUTPUT})
