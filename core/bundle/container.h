// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fs.h"

namespace lathe {

/// The container of bundles: an uncompressed POSIX ustar archive in one canonical form, so that every bit of
/// the file is determined by the names and contents of its entries. Regular files only, mode 0644, owner 0,
/// time 0, no owner names, two zero blocks at the end and nothing after them. Any tar program can list and
/// unpack it.

/// One file; `data` is a view.
struct ContainerEntry
{
    std::string name;
    std::span<const std::byte> data;
};

inline constexpr std::size_t maxContainerEntries = 1024;

/// True for names of one to four parts of [a-z0-9._-], none starting with '.', '_' or '-', at most 100 bytes
/// in all.
bool isContainerName(std::string_view name);

/// Hands the archive to `sink`, piece by piece. Throws Error{invalidArgument} for a name that is not allowed
/// or given twice, and Error{tooLarge} for more than maxContainerEntries entries or 8 GiB in one.
void writeContainer(std::span<const ContainerEntry> entries,
                    const std::function<void(std::span<const std::byte>)>& sink);

/// The entries as views into `archive`. Throws Error{bundleInvalid} for anything that writeContainer would
/// not have written.
std::vector<ContainerEntry> readContainer(std::span<const std::byte> archive, std::string_view where);

} // namespace lathe
