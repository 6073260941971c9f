// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/target_store.h"

#include "core/targets/catalog.h"

namespace lathe {

void storeTargetFile(Project& project, const std::string& targetId, const Fs& fs)
{
    const Path file = addedTargetFile(targetId);
    if (!file.empty())
        project.setTargetProfile({std::filesystem::absolute(file), sha256(fs.map(file)->bytes())});
}

void addTargetOf(const Project& project, const Fs& fs)
{
    const auto plan = project.plan();
    const auto profile = project.targetProfile();
    if (plan && profile && !findTarget(plan->target))
        addTargetFile(fs, profile->path);
}

}
