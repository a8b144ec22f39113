# How every folder of the house becomes a target.
#
# parley_module(<folder> [LINKS <module or library>...] [EXTERNAL <library>...])
#   makes the static library `parley_base` from parley/base/*.cpp, linked to exactly what it names,
#   and, with PARLEY_TESTS, the test program `parley_base_test` from parley/base/*_test.cpp;
#   from each *_fuzz.cpp a test program that asks for its laws with inputs made by chance;
#   the target `unit_tests` builds all of these.
#   LINKS are visible to users of the module's headers, EXTERNAL are used by its sources alone.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(PARLEY_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=…: empty, address,undefined or thread")
option(PARLEY_LTO "Optimise across translation units" OFF)
if(PARLEY_SANITIZE)
  add_compile_options(-fsanitize=${PARLEY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PARLEY_SANITIZE})
endif()
if(PARLEY_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Without the place where it stands in paths, one checkout's objects serve the next.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    "${CCACHE}")
endif()

# Options of our own code; third-party headers are system headers and do not see them.
add_library(parley_options INTERFACE)
target_compile_options(parley_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in the concatenation of any two strings (GCC bug 105651), and uninitialised
  # values in variants that it has inlined.
  target_compile_options(parley_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_include_directories(parley_options INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}")

# Test programs put small vectors together by hand, and GCC 12, once it has inlined that at -O3, sees writes beyond their
# ends that are not there. The address sanitizer looks for the real ones.
add_library(parley_test_options INTERFACE)
target_compile_options(parley_test_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
  -Wno-restrict)

function(parley_module folder)
  cmake_parse_arguments(MODULE "" "" "LINKS;EXTERNAL" ${ARGN})
  string(REPLACE "/" "_" name "${folder}")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  file(GLOB tests CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*_test.cpp")
  file(GLOB fuzzers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*_fuzz.cpp")
  file(GLOB mains CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/main.cpp")
  if(tests OR fuzzers OR mains)
    list(REMOVE_ITEM sources ${tests} ${fuzzers} ${mains})
  endif()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC parley_options ${MODULE_LINKS} PRIVATE ${MODULE_EXTERNAL})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE parley_options ${MODULE_LINKS})
  endif()
  if(PARLEY_TESTS AND tests)
    add_executable(${name}_test ${tests} "${PROJECT_SOURCE_DIR}/tests/support/unit_main.cpp")
    target_link_libraries(${name}_test PRIVATE ${name} parley_test_options ${MODULE_EXTERNAL} doctest::doctest)
    add_test(NAME ${name} COMMAND ${name}_test)
    add_dependencies(unit_tests ${name}_test)
  endif()
  if(PARLEY_TESTS)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(law "${fuzzer}" NAME_WE)
      add_executable(${name}_${law} "${fuzzer}" "${PROJECT_SOURCE_DIR}/tests/support/fuzz_smoke.cpp"
        "${PROJECT_SOURCE_DIR}/tests/support/unit_main.cpp")
      target_link_libraries(${name}_${law} PRIVATE ${name} parley_test_options ${MODULE_EXTERNAL} doctest::doctest)
      add_test(NAME ${name}_${law} COMMAND ${name}_${law})
      add_dependencies(unit_tests ${name}_${law})
    endforeach()
  endif()
endfunction()
