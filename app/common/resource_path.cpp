// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/resource_path.h"

#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace lathe {

std::filesystem::path resourcesDir()
{
    namespace fs = std::filesystem;
    std::vector<fs::path> places;
    if (const char* chosen = std::getenv("LATHE_RESOURCES"))
        places.emplace_back(chosen);
    std::error_code ignored;
    if (const fs::path program = fs::read_symlink("/proc/self/exe", ignored); !program.empty())
        places.push_back(program.parent_path().parent_path() / LATHE_INSTALL_DATADIR / "tensorlathe");
    places.emplace_back(LATHE_RESOURCES_DIR);
    for (const fs::path& place : places)
        if (fs::is_directory(place, ignored))
            return fs::weakly_canonical(place);
    throw std::runtime_error("The resource folder is missing (looked at " + places.back().string() + ").");
}

std::filesystem::path userTargetsDir()
{
    namespace fs = std::filesystem;
    if (const char* chosen = std::getenv("LATHE_TARGETS"))
        return chosen;
    const fs::path below = fs::path("tensorlathe") / "targets";
    if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config)
        return fs::path(config) / below;
    const char* home = std::getenv("HOME");
    return home && *home ? fs::path(home) / ".config" / below : fs::path();
}

}
