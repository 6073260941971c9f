// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/catalog.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/targets/builtin_profiles.h"
#include "core/targets/target_profile.h"

namespace lathe {

namespace {

constexpr std::size_t largestProfileBytes = std::size_t{1} << 20;

struct Added
{
    TargetPtr target;
    Path file;
};

/// Profiles of the user's own. A plan names its target by id only, so whoever meets an id must find it here.
struct AddedTargets
{
    std::mutex mutex;
    std::map<std::string, Added, std::less<>> byId;
};

AddedTargets& added()
{
    static AddedTargets targets;
    return targets;
}

TargetPtr findBuiltin(std::string_view id)
{
    for (const TargetPtr& target : builtinTargets())
        if (target->id == id)
            return target;
    return nullptr;
}

}

const std::vector<TargetPtr>& builtinTargets()
{
    static const std::vector<TargetPtr> targets = [] {
        std::vector<TargetPtr> parsed;
        for (const auto& [file, text] : builtinProfiles())
            parsed.push_back(std::make_shared<const Target>(parseTarget(parseJson(text, file), file)));
        std::sort(parsed.begin(), parsed.end(),
                  [](const TargetPtr& a, const TargetPtr& b) { return a->id < b->id; });
        return parsed;
    }();
    return targets;
}

std::vector<TargetPtr> allTargets()
{
    std::vector<TargetPtr> targets = builtinTargets();
    const std::lock_guard lock(added().mutex);
    for (const auto& [id, entry] : added().byId)
        targets.push_back(entry.target);
    return targets;
}

TargetPtr findTarget(std::string_view id)
{
    if (TargetPtr target = findBuiltin(id))
        return target;
    const std::lock_guard lock(added().mutex);
    const auto found = added().byId.find(id);
    return found == added().byId.end() ? nullptr : found->second.target;
}

TargetPtr targetNamed(std::string_view id)
{
    if (TargetPtr target = findTarget(id))
        return target;
    std::vector<std::string> known;
    for (const TargetPtr& target : allTargets())
        known.push_back(target->id);
    throw Error(ErrorCode::unknownName, std::string(id),
                {{"kind", "target"}, {"name", std::string(id)}, {"known", joinText(known, ", ")}});
}

TargetPtr addTarget(const Json& profile, std::string_view where, const Path& file)
{
    auto target = std::make_shared<const Target>(parseTarget(profile, where));
    if (findBuiltin(target->id))
        throw Error(ErrorCode::invalidArgument, std::string(where),
                    {{"what", "The id \"" + target->id + "\" belongs to a built-in profile; choose another one."}});
    const std::lock_guard lock(added().mutex);
    added().byId[target->id] = {target, file};
    return target;
}

TargetPtr addTargetFile(const Fs& fs, const Path& file)
{
    return addTarget(parseJson(fs.readText(file, largestProfileBytes), file.string()), file.string(), file);
}

std::vector<std::string> addTargetFolder(const Fs& fs, const Path& folder)
{
    std::vector<Path> files;
    std::error_code absent;
    for (auto entry = std::filesystem::directory_iterator(folder, absent);
         !absent && entry != std::filesystem::directory_iterator(); entry.increment(absent))
        if (entry->path().extension() == ".json")
            files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> faults;
    for (const Path& file : files) {
        try {
            addTargetFile(fs, file);
        } catch (const Error& error) {
            faults.push_back(error.what());
        }
    }
    return faults;
}

Path addedTargetFile(std::string_view id)
{
    const std::lock_guard lock(added().mutex);
    const auto found = added().byId.find(id);
    return found == added().byId.end() ? Path() : found->second.file;
}

}
