# The configuration's parser: part of the service, and tested without Windows.
set(config_sources config.cpp config_edit.cpp config_report.cpp encoding.cpp json_node.cpp json_tree.cpp)
list(TRANSFORM config_sources PREPEND ${CMAKE_SOURCE_DIR}/service/config/)
