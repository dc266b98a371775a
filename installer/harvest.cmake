# Lists what lies in staged folders as WiX components, a group for each folder. What a folder holds is said where it is
# installed from, and not a second time here. Ids are made from the path, so that a file keeps its own.

function(id_of path result)
  string(MD5 hash "${path}")
  string(SUBSTRING ${hash} 0 16 hash)
  set(${result} "f${hash}" PARENT_SCOPE)
endfunction()

# Sets xml to the folder's files and folders, and refs to a reference to each file's component.
function(list_folder stage folder xml refs)
  set(all_xml "")  # a function begins with its caller's variables
  set(all_refs "")
  file(GLOB entries RELATIVE ${stage}/${folder} ${stage}/${folder}/*)
  foreach(entry ${entries})
    set(path ${folder}/${entry})
    id_of(${path} id)
    if(IS_DIRECTORY ${stage}/${path})
      list_folder(${stage} ${path} inner_xml inner_refs)
      string(APPEND all_xml "<Directory Id=\"${id}\" Name=\"${entry}\">\n${inner_xml}</Directory>\n")
      string(APPEND all_refs "${inner_refs}")
    else()
      string(APPEND all_xml "<Component Id=\"c${id}\" Guid=\"*\" Win64=\"yes\">"
        "<File Id=\"${id}\" Source=\"${path}\" KeyPath=\"yes\" /></Component>\n")
      string(APPEND all_refs "<ComponentRef Id=\"c${id}\" />\n")
    endif()
  endforeach()
  set(${xml} "${all_xml}" PARENT_SCOPE)
  set(${refs} "${all_refs}" PARENT_SCOPE)
endfunction()

# harvest(stage output.wxs folder...)
function(harvest stage output)
  foreach(folder ${ARGN})
    list_folder(${stage} ${folder} xml refs)
    id_of(${folder} id)
    string(APPEND fragments
      "<Fragment>\n<DirectoryRef Id=\"INSTALLDIR\">\n<Directory Id=\"${id}\" Name=\"${folder}\">\n${xml}</Directory>\n"
      "</DirectoryRef>\n<ComponentGroup Id=\"${folder}\">\n${refs}</ComponentGroup>\n</Fragment>\n")
  endforeach()
  file(WRITE ${output}
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\">\n"
    "${fragments}</Wix>\n")
endfunction()
