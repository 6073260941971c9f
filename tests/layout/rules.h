// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The rules of the source tree as data and as functions that return one sentence a breach.
namespace lathe::layout {

/// A source file: its path from the repository root, with '/', and its lines.
struct Source {
    std::string path;
    std::vector<std::string> lines;
};

/// The folders of core/ in dependency order: a folder may know only those before it.
const std::vector<std::string>& coreOrder();

/// Every source file of core/, widgets/, app/ and tests/ under the given repository root, sorted by path.
std::vector<Source> readSources(const std::filesystem::path& root);

/// Every CMake file and script of the tree besides, which carry a licence line too.
std::vector<Source> readScripts(const std::filesystem::path& root);

/// Who may not know whom; Qt in core/; includes that are not written from the repository root.
std::vector<std::string> includeFaults(const Source& source);

/// Words in headers of core/ that Qt's headers turn into macros: such a header breaks where Qt is included first.
std::vector<std::string> qtWordFaults(const Source& source);

/// A missing SPDX line: the first one, or the second below a "#!" line.
std::vector<std::string> licenceFaults(const Source& source);

/// A header without `#pragma once`, or a source of core/ and widgets/ with more than `maxLines` lines.
std::vector<std::string> shapeFaults(const Source& source);

/// Texts in widgets/ that a person reads but no translator can reach: words in a literal that is handed to a label, a
/// tooltip, a menu or the like as they are, without tr().
std::vector<std::string> untranslatedFaults(const Source& source);

/// Rows of the registration tables that are double, without their member file, or without a test. A member is tested
/// when it has a mirror test (tests/core/ops/tst_conv.cpp for core/ops/conv.cpp), or when a test says "// walks
/// core/ops/ops.def": such a test goes through the whole table and fails for a member that it has no case for.
std::vector<std::string> tableFaults(const std::vector<Source>& sources);

/// Tests that no CMakeLists.txt names, and which therefore never run.
std::vector<std::string> unlistedTestFaults(const std::vector<Source>& sources, const std::vector<Source>& scripts);

inline constexpr std::size_t maxLines = 600;

}
