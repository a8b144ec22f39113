# embed_migrations(<target> <folder>) builds every numbered file of the folder into the target, as `migrations()`.
# Their numbers must run from 1 on without a gap.
function(embed_migrations target folder)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.sql")
  list(SORT files)
  set(steps "")
  set(expected 0)
  foreach(file IN LISTS files)
    math(EXPR expected "${expected} + 1")
    get_filename_component(name "${file}" NAME)
    if(NOT name MATCHES "^0*([0-9]+)_" OR NOT CMAKE_MATCH_1 EQUAL expected)
      message(FATAL_ERROR "${file}: the next migration must have the number ${expected}")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    file(READ "${file}" sql)
    string(APPEND steps "    {${expected}, R\"sql(${sql})sql\"},\n")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}_migrations.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[#include "chat/storage/migrations.h"

#include <array>

namespace parley::chat {

std::span<Migration const> migrations() {
  static constexpr auto all = std::to_array<Migration>({
@steps@  });
  return all;
}

}  // namespace parley::chat
]])
  target_sources(${target} PRIVATE "${source}")
endfunction()
