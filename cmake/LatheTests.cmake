# SPDX-License-Identifier: GPL-3.0-or-later

# Qt gives every test its folders as definitions. We do not use them, and they would keep compiler cache and
# precompiled header from being shared.
set_target_properties(Qt6::Test PROPERTIES INTERFACE_COMPILE_DEFINITIONS QT_TESTLIB_LIB)


# lathe_add_test(tst_x LABELS labels... [LIBS libraries...] [ENV NAME=value...] [TIMEOUT seconds])
# A Qt Test program from tst_x.cpp of the current folder, known to ctest as <folder>/tst_x. Its target is tst_x, or
# tst_<folder>_x where that name is taken; `tests_<folder>` builds all of a folder.
function(lathe_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABELS;LIBS;ENV")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "lathe_add_test(${name}): cannot use ${arg_UNPARSED_ARGUMENTS}")
    endif()
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests"
               OUTPUT_VARIABLE folder)
    string(REPLACE "/" "_" flat "${folder}")
    set(target ${name})
    if(TARGET ${target})
        string(REGEX REPLACE "^tst_" "tst_${flat}_" target "${name}")
    endif()
    add_executable(${target} ${name}.cpp)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_link_libraries(${target} PRIVATE ${arg_LIBS} lathe_test_support lathe_options)
    # Other libraries bring compile flags of their own, which the shared precompiled header would not fit.
    set(foreign ${arg_LIBS})
    get_property(core GLOBAL PROPERTY LATHE_CORE_TARGETS)
    list(REMOVE_ITEM foreign ${core})
    if(NOT foreign)
        target_precompile_headers(${target} REUSE_FROM lathe_test_support)
    elseif(foreign MATCHES "^lathe_(widgets|window)$")
        target_precompile_headers(${target} REUSE_FROM lathe_widget_test_support)
    endif()

    set(group tests_${flat})
    if(NOT TARGET ${group})
        add_custom_target(${group})
    endif()
    add_dependencies(${group} ${target})

    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(LATHE_SANITIZE)
        math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 10")
    endif()
    add_test(NAME ${folder}/${name} COMMAND ${target})
    set_tests_properties(${folder}/${name} PROPERTIES
        LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "QT_QPA_PLATFORM=offscreen;${arg_ENV}"
        SKIP_RETURN_CODE 77)
endfunction()

# lathe_add_fuzzer(fuzz_x [LIBS libraries...] [CORPUS folder])
# fuzz_x.cpp defines LLVMFuzzerTestOneInput. With Clang's `fuzz` preset it is a libFuzzer program; in every other build
# a plain main runs it over its corpus (tests/fuzz/corpus/x) and over cut and flipped variants of each file.
function(lathe_add_fuzzer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "LIBS")
    if(NOT arg_CORPUS)
        string(REGEX REPLACE "^fuzz_" "" subject "${name}")
        set(arg_CORPUS "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${subject}")
    endif()
    add_executable(${name} ${name}.cpp)
    target_link_libraries(${name} PRIVATE ${arg_LIBS} lathe_options)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND LATHE_SANITIZE)
        target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        set(arguments -runs=0 "${arg_CORPUS}")
    else()
        target_link_libraries(${name} PRIVATE lathe_fuzz_main)
        set(arguments "${arg_CORPUS}")
    endif()
    add_test(NAME fuzz/${name} COMMAND ${name} ${arguments})
    set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
