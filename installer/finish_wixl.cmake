# What wixl 0.101 leaves out of shmbroker.wxs, and WiX does not.

find_tool(msibuild msibuild)

function(msi_query msi statement)
  execute_process(COMMAND ${msibuild} ${msi} -q "${statement}" COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()

# add_table(msi name columns types keys row), in the form of 'msiinfo export'
function(add_table msi name columns types keys row)
  cmake_path(GET msi PARENT_PATH folder)
  file(WRITE ${folder}/${name}.idt "${columns}\r\n${types}\r\n${name}\t${keys}\r\n${row}\r\n")
  execute_process(COMMAND ${msibuild} ${msi} -i ${folder}/${name}.idt COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# finish_wixl(msi version file...): files that have the version as a resource
function(finish_wixl msi version)
  # MajorUpgrade/@Schedule: wixl puts it behind InstallFinalize, where the old version's removal would take the new
  # service away.
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Sequence = 1501 WHERE Action = 'RemoveExistingProducts'")

  # Conditions: a $ that is no variable's.
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Condition = '$Service = 3' WHERE Action = 'SetUp'")
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Condition = '$Service = 3 AND NOT SERVICEKEPT' WHERE Action = 'TakeBack'")
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Condition = '$Service = 2' WHERE Action = 'SetUpAgain'")
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Condition = '$Service = 2 AND NOT UPGRADINGPRODUCTCODE' WHERE Action = 'TakeCounters'")

  # Conditions of standard actions.
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Condition = 'NOT UPGRADINGPRODUCTCODE' WHERE Action = 'DeleteServices'")
  msi_query(${msi} "UPDATE InstallExecuteSequence SET Condition = 'NOT (SERVICESTART = \"#4\")' WHERE Action = 'StartServices'")

  # CustomAction/@Execute="rollback": program of a file + go on + rollback + in the script + as the system.
  foreach(action SetUpAgain TakeBack)
    msi_query(${msi} "UPDATE CustomAction SET Type = 3410 WHERE Action = '${action}'")
  endforeach()

  # Property/@Secure.
  msi_query(${msi} "UPDATE Property SET Value = 'WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED;INSTALLEDBEFORE;SERVICESTART;SERVICEDELAYED;SERVICEACCOUNT;SERVICENEEDS;SERVICEKEPT' WHERE Property = 'SecureCustomProperties'")

  # A file without a version never replaces one that has one.
  foreach(file ${ARGN})
    msi_query(${msi} "UPDATE File SET Version = '${version}.0' WHERE File = '${file}'")
    msi_query(${msi} "DELETE FROM MsiFileHash WHERE File_ = '${file}'")
  endforeach()

  # The element Environment. =-* : set, remove at uninstall, of the machine; [~];X : append.
  add_table(${msi} Environment "Environment\tName\tValue\tComponent_" "s72\tl255\tL255\ts72" Environment
    "Path\t=-*PATH\t[~];[INSTALLDIR]\tPathEntry")
  foreach(step "RemoveEnvironmentStrings 3300" "WriteEnvironmentStrings 5200")
    string(REPLACE " " ";" step ${step})
    list(GET step 0 action)
    list(GET step 1 sequence)
    msi_query(${msi} "INSERT INTO InstallExecuteSequence (Action, Condition, Sequence) VALUES ('${action}', '', ${sequence})")
  endforeach()

  # The element PermissionEx: its text stands in shmbroker.wxs alone.
  file(STRINGS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/shmbroker.wxs rights REGEX "<PermissionEx Sddl=")
  string(REGEX REPLACE ".*Sddl=\"([^\"]*)\".*" "\\1" rights "${rights}")
  string(REPLACE "\\;" ";" rights "${rights}") # as STRINGS has quoted it
  add_table(${msi} MsiLockPermissionsEx "MsiLockPermissionsEx\tLockObject\tTable\tSDDLText\tCondition"
    "s72\ts72\ts32\ts0\tS255" MsiLockPermissionsEx "Folder\tINSTALLDIR\tCreateFolder\t${rights}\t")
endfunction()
