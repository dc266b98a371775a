# What wixl 0.101 leaves out of shmbroker.wxs, and WiX does not.

function(msi_query msi statement)
  execute_process(COMMAND msibuild ${msi} -q "${statement}" COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()

# finish_wixl(msi version file...): files that have the version as a resource
function(finish_wixl msi version)
  # MajorUpgrade/@Schedule: wixl puts it behind InstallFinalize, where the old version's removal would take the new
  # service away.
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Sequence = 1501 WHERE Action = 'RemoveExistingProducts'")

  # A file without a version never replaces one that has one.
  foreach(file ${ARGN})
    msi_query(${msi} "UPDATE File SET Version = '${version}.0' WHERE File = '${file}'")
    msi_query(${msi} "DELETE FROM MsiFileHash WHERE File_ = '${file}'")
  endforeach()

  # The element Environment. =-* : set, remove at uninstall, of the machine; [~];X : append.
  cmake_path(GET msi PARENT_PATH folder)
  file(WRITE ${folder}/Environment.idt
    "Environment\tName\tValue\tComponent_\r\ns72\tl255\tL255\ts72\r\nEnvironment\tEnvironment\r\n"
    "Path\t=-*PATH\t[~];[INSTALLDIR]\tPathEntry\r\n")
  execute_process(COMMAND msibuild ${msi} -i ${folder}/Environment.idt COMMAND_ERROR_IS_FATAL ANY)
  foreach(step "RemoveEnvironmentStrings 3300" "WriteEnvironmentStrings 5200")
    string(REPLACE " " ";" step ${step})
    list(GET step 0 action)
    list(GET step 1 sequence)
    msi_query(${msi} "INSERT INTO InstallExecuteSequence (Action, Condition, Sequence) VALUES ('${action}', '', ${sequence})")
  endforeach()
endfunction()
