# embed_pages(<target> <folder>) builds every file of the folder into the target, as it is and packed, as
# `built_in_web_files()`. A folder that is empty or not there gives none, and needs no Node.
function(embed_pages target folder)
  set(files "")
  if(folder)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS "${folder}/*")
  endif()
  set(made "${CMAKE_CURRENT_BINARY_DIR}/${target}_pages")
  set(source "${made}/web_files.cpp")
  set(script "${PROJECT_SOURCE_DIR}/cmake/embed_pages.mjs")
  if(files)
    find_program(NODE node REQUIRED)
    # The packed files are part of the source by their names alone, so it is written anew with them.
    add_custom_command(OUTPUT "${source}" COMMAND "${NODE}" "${script}" "${folder}" "${made}"
      DEPENDS ${files} "${script}" COMMENT "Packing the web client" VERBATIM)
  else()
    file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[#include "chat/app/web_files.h"

namespace parley::chat {

WebFiles built_in_web_files() { return {}; }

}  // namespace parley::chat
]])
  endif()
  target_sources(${target} PRIVATE "${source}")
endfunction()
