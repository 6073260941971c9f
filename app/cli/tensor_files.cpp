// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/tensor_files.h"

#include "core/tensor/npy.h"

#include <set>

namespace lathe::cli {
namespace {

bool isPlain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
}

std::string fileNameOf(const std::string& tensor, std::set<std::string>& taken)
{
    std::string stem;
    for (const char c : tensor)
        stem += isPlain(c) ? c : '_';
    std::string name = stem + ".npy";
    for (int i = 2; !taken.insert(name).second; ++i)
        name = stem + "-" + std::to_string(i) + ".npy";
    return name;
}

std::vector<Path> writeAll(Fs& fs, const Path& folder, const std::vector<std::pair<std::string, Tensor>>& tensors)
{
    std::set<std::string> taken;
    std::vector<Path> files;
    std::vector<std::unique_ptr<PendingFile>> pending;
    for (const auto& [name, tensor] : tensors) {
        files.push_back(folder / fileNameOf(name, taken));
        pending.push_back(fs.create(files.back()));
        pending.back()->write(writeNpy(tensor));
    }
    for (const auto& file : pending)
        file->commit();
    return files;
}

}

std::vector<Path> writeTensors(Fs& fs, const Path& folder, const std::vector<std::pair<std::string, Tensor>>& tensors)
{
    const bool existed = std::filesystem::exists(folder);
    fs.createFolders(folder);
    try {
        return writeAll(fs, folder, tensors);
    } catch (...) {
        std::error_code failed;
        if (!existed)
            std::filesystem::remove(folder, failed);
        throw;
    }
}

}
