// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/archive.h"
#include "core/data/array_source.h"
#include "core/tensor/npy.h"

namespace lathe {
namespace {

std::shared_ptr<const Source> openNpy(const SourceRequest& request)
{
    const std::string where = request.path.string();
    return std::make_shared<ArraySource>(readNpy(request.fs.map(request.path), where), where);
}

/// The only array of an .npz file, or the one named by "file.npz#name".
std::shared_ptr<const Source> openNpz(const SourceRequest& request)
{
    std::string where = request.path.string();
    std::string wanted;
    if (const std::size_t hash = where.rfind('#'); hash != std::string::npos) {
        wanted = where.substr(hash + 1) + ".npy";
        where.resize(hash);
    }
    const auto file = request.fs.map(where);
    std::string names;
    const auto members = unzip(file->bytes(), where);
    for (const auto& [name, bytes] : members) {
        if (name == wanted || (wanted.empty() && members.size() == 1))
            return std::make_shared<ArraySource>(readNpy(bytes, where + ":" + name), where);
        names += (names.empty() ? "" : ", ") + name;
    }
    throw Error(ErrorCode::datasetInvalid, where,
                {{"reason", "the archive holds " + names + "; name one as \"file.npz#array\""}});
}

} // namespace

void register_numpy_arrays(Table<SourceType>& table)
{
    table.add({.id = "npy", .summary = "A NumPy array; the first axis counts the samples", .open = openNpy});
    table.add({.id = "npz", .summary = "An array of a NumPy archive", .open = openNpz});
}

} // namespace lathe
