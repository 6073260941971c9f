# SPDX-License-Identifier: GPL-3.0-or-later

# lathe_engine_texts(OUTPUT): writes a C++ file, for lupdate alone, with the texts that people read but that the engine,
# which has no Qt, keeps as plain strings: messages and hints of core/base/errors.def (context "errors"), and labels,
# summaries and help of the engine's tables (context "engine").
function(lathe_engine_texts output)
    set(lines "")
    set(table "${PROJECT_SOURCE_DIR}/core/base/errors.def")
    file(STRINGS "${table}" rows REGEX "^LATHE_ERROR")
    foreach(row IN LISTS rows)
        string(REPLACE ";" "\\;" row "${row}")
        string(REGEX MATCHALL "\"([^\"\\]|\\\\.)+\"" texts "${row}")
        foreach(text IN LISTS texts)
            string(APPEND lines "QT_TRANSLATE_NOOP(\"errors\", ${text}),\n")
        endforeach()
    endforeach()
    file(GLOB members CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/core/calibration/*.cpp"
                                        "${PROJECT_SOURCE_DIR}/core/evaluation/*.cpp"
                                        "${PROJECT_SOURCE_DIR}/core/algorithms/*.cpp"
                                        "${PROJECT_SOURCE_DIR}/core/analysis/*.cpp")
    foreach(member IN LISTS members)
        file(READ "${member}" content)
        string(REPLACE ";" "\\;" content "${content}")
        string(REGEX MATCHALL "\\.(label|summary|help) =[ \n]*(\"([^\"\\]|\\\\.)*\"[ \n]*)+" fields "${content}")
        foreach(field IN LISTS fields)
            string(REGEX REPLACE "^\\.[a-z]+ =" "" text "${field}")
            string(APPEND lines "QT_TRANSLATE_NOOP(\"engine\", ${text}),\n")
        endforeach()
    endforeach()
    file(CONFIGURE OUTPUT "${output}" CONTENT "const char* const engineTexts[] = {\n${lines}};\n" @ONLY)
    # The table itself is watched by its own folder.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${members})
endfunction()
