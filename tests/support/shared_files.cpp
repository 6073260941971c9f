// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/shared_files.h"

namespace lathe::test {

std::filesystem::path sharedFile(std::string_view relative)
{
    return std::filesystem::path(LATHE_SHARED_DIR) / relative;
}

std::filesystem::path resourceFile(std::string_view relative)
{
    return std::filesystem::path(LATHE_RESOURCES_DIR) / relative;
}

std::filesystem::path sourceFile(std::string_view relative)
{
    return std::filesystem::path(LATHE_SOURCE_DIR) / relative;
}

}
