# SPDX-License-Identifier: GPL-3.0-or-later
# The language, the compiler cache, and `lathe_options`: warnings, sanitizers and floating-point rules in one target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
    set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -fno-omit-frame-pointer")
endif()

# moc of Qt 6.4 cannot parse <concepts> of GCC 12; the header's guard keeps moc, and nothing else, out of it.
set(CMAKE_AUTOMOC_MOC_OPTIONS "-D_GLIBCXX_CONCEPTS")

find_program(LATHE_CCACHE ccache)
mark_as_advanced(LATHE_CCACHE)
if(LATHE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths relative to the source folder let several checkouts share results; the sloppiness is what precompiled
    # headers need.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${LATHE_CCACHE}")
endif()

add_library(lathe_options INTERFACE)
target_compile_options(lathe_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    # Contracted multiply-adds would make results depend on the instruction set.
    -ffp-contract=off
    $<$<BOOL:${LATHE_WERROR}>:-Werror>
    # Lets ccache look through a precompiled header.
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
target_compile_definitions(lathe_options INTERFACE $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)
foreach(sanitizer IN LISTS LATHE_SANITIZE)
    target_compile_options(lathe_options INTERFACE -fsanitize=${sanitizer})
    target_link_options(lathe_options INTERFACE -fsanitize=${sanitizer})
endforeach()
if(LATHE_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Lets libFuzzer see which branches an input takes; without effect on other programs.
    target_compile_options(lathe_options INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(lathe_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(LATHE_SANITIZE)
    target_compile_options(lathe_options INTERFACE -fno-sanitize-recover=all)
endif()
