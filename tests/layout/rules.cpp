// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layout/rules.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <regex>
#include <set>

namespace lathe::layout {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view licenceLine = "SPDX-License-Identifier: GPL-3.0-or-later";

/// What the parts of the tree may know, by the first folder of the path.
struct PartRule {
    std::string_view part;
    std::vector<std::string_view> mayKnow;
};

const std::vector<PartRule>& partRules()
{
    static const std::vector<PartRule> rules = {
        {"core", {"core"}},
        {"widgets", {"core", "widgets"}},
        {"app", {"core", "widgets", "app"}},
        {"tests", {"core", "widgets", "app", "tests"}},
    };
    return rules;
}

std::vector<std::string> parts(std::string_view path)
{
    std::vector<std::string> result;
    for (const fs::path& part : fs::path(path))
        result.push_back(part.string());
    return result;
}

std::optional<std::size_t> coreRank(const std::string& folder)
{
    const auto& order = coreOrder();
    const auto found = std::find(order.begin(), order.end(), folder);
    if (found == order.end())
        return std::nullopt;
    return std::size_t(found - order.begin());
}

/// The target of an include line and whether it stands in angle brackets.
struct Include {
    std::string target;
    bool angled = false;
};

std::optional<Include> parseInclude(const std::string& line)
{
    static const std::regex pattern("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]");
    std::smatch match;
    if (!std::regex_search(line, match, pattern))
        return std::nullopt;
    return Include{match[2], match[1] == "<"};
}

bool isQtHeader(const std::string& target)
{
    static const std::regex pattern("^(Q[A-Z]|q[a-z]+\\.h$|Qt[A-Z][A-Za-z]*/)");
    return std::regex_search(target, pattern);
}

/// The sentence for an include between two folders of core/, or nothing where it is allowed.
std::optional<std::string> coreOrderFault(const std::string& from, const std::string& to)
{
    const auto rank = coreRank(from);
    const auto known = coreRank(to);
    if (!rank)
        return "core/" + from + " has no place in the order of core/; give it one in core/CMakeLists.txt and "
               "tests/layout/rules.cpp";
    if (!known)
        return "core/" + to + " has no place in the order of core/";
    if (*known > *rank)
        return "core/" + from + " may not know core/" + to + ", which comes after it";
    return std::nullopt;
}

std::optional<std::string> includeFault(const std::vector<std::string>& from, const Include& include)
{
    const std::string& part = from.front();
    if (include.angled) {
        if (part == "core" && isQtHeader(include.target))
            return "core/ may not know Qt (<" + include.target + ">)";
        return std::nullopt;
    }
    if (include.target.ends_with(".moc"))
        return std::nullopt;
    const std::vector<std::string> to = parts(include.target);
    const auto isPart = [&](const PartRule& rule) { return rule.part == to.front(); };
    if (to.size() < 2 || std::none_of(partRules().begin(), partRules().end(), isPart))
        return "\"" + include.target + "\" is not written from the repository root";
    for (const PartRule& rule : partRules())
        if (rule.part == part && std::find(rule.mayKnow.begin(), rule.mayKnow.end(), to.front()) == rule.mayKnow.end())
            return part + "/ may not know " + to.front() + "/ (" + include.target + ")";
    if (part == "core" && from.size() > 2 && to.size() > 2)
        return coreOrderFault(from[1], to[1]);
    return std::nullopt;
}

/// The member that a table row names: `OP(conv)` gives "conv"; rows with other arguments give nothing.
std::string memberOfRow(const std::string& row)
{
    static const std::regex pattern("^[A-Z_]+\\(([a-z0-9_]+)\\)");
    std::smatch match;
    return std::regex_search(row, match, pattern) ? match[1].str() : std::string();
}

std::string folderOf(const std::string& path)
{
    return fs::path(path).parent_path().generic_string();
}

Source readSource(const fs::path& root, const fs::path& file)
{
    Source source{fs::relative(file, root).generic_string(), {}};
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
        source.lines.push_back(std::move(line));
    return source;
}

template <typename Accept>
void readTree(const fs::path& root, const fs::path& folder, Accept accept, std::vector<Source>& into)
{
    if (!fs::exists(root / folder))
        return;
    for (auto entry = fs::recursive_directory_iterator(root / folder); entry != fs::end(entry); ++entry) {
        const std::string name = entry->path().filename().string();
        if (entry->is_directory() && (name == "node_modules" || name == "build" || name == "__pycache__"))
            entry.disable_recursion_pending();
        else if (entry->is_regular_file() && accept(entry->path()))
            into.push_back(readSource(root, entry->path()));
    }
}

std::vector<Source> sorted(std::vector<Source> sources)
{
    std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
    return sources;
}

}

const std::vector<std::string>& coreOrder()
{
    static const std::vector<std::string> order = {
        "base",    "tensor",      "graph", "numeric",    "ops",        "formats",  "passes",  "runtime", "data",
        "targets", "calibration", "quant", "evaluation", "algorithms", "analysis", "project", "report",  "bundle",
    };
    return order;
}

std::vector<Source> readSources(const fs::path& root)
{
    const auto isSource = [](const fs::path& file) {
        const std::string ending = file.extension().string();
        return ending == ".h" || ending == ".cpp" || ending == ".def";
    };
    std::vector<Source> sources;
    for (const PartRule& rule : partRules())
        readTree(root, rule.part, isSource, sources);
    return sorted(std::move(sources));
}

std::vector<Source> readScripts(const fs::path& root)
{
    const auto isScript = [](const fs::path& file) {
        const std::string ending = file.extension().string();
        return file.filename() == "CMakeLists.txt" || ending == ".cmake" || ending == ".sh" || ending == ".py" ||
               ending == ".mjs";
    };
    std::vector<Source> scripts{readSource(root, root / "CMakeLists.txt")};
    for (const char* folder : {"app", "cmake", "core", "packaging", "resources", "tests", "translations", "widgets"})
        readTree(root, folder, isScript, scripts);
    return sorted(std::move(scripts));
}

std::vector<std::string> includeFaults(const Source& source)
{
    std::vector<std::string> faults;
    const std::vector<std::string> from = parts(source.path);
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const auto include = parseInclude(source.lines[i]);
        if (!include)
            continue;
        if (const auto fault = includeFault(from, *include))
            faults.push_back(source.path + ":" + std::to_string(i + 1) + ": " + *fault + ".");
    }
    return faults;
}

std::vector<std::string> qtWordFaults(const Source& source)
{
    if (!source.path.starts_with("core/") || !source.path.ends_with(".h"))
        return {};
    static const std::regex pattern("\\b(signals|slots|emit|foreach|forever)\\b");
    std::vector<std::string> faults;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string code = source.lines[i].substr(0, source.lines[i].find("//"));
        std::smatch match;
        if (std::regex_search(code, match, pattern))
            faults.push_back(source.path + ":" + std::to_string(i + 1) + ": " + match[1].str() +
                             " is a macro of Qt's headers; choose another name.");
    }
    return faults;
}

std::vector<std::string> licenceFaults(const Source& source)
{
    const std::size_t line = !source.lines.empty() && source.lines[0].starts_with("#!") ? 1 : 0;
    if (line < source.lines.size() && source.lines[line].find(licenceLine) != std::string::npos)
        return {};
    return {source.path + " does not begin with the line \"" + std::string(licenceLine) + "\"."};
}

std::vector<std::string> shapeFaults(const Source& source)
{
    std::vector<std::string> faults;
    const bool isHeader = source.path.ends_with(".h");
    if (isHeader && std::find(source.lines.begin(), source.lines.end(), "#pragma once") == source.lines.end())
        faults.push_back(source.path + " has no #pragma once.");
    const bool isLimited = source.path.starts_with("core/") || source.path.starts_with("widgets/");
    if (isLimited && !source.path.ends_with(".def") && source.lines.size() > maxLines)
        faults.push_back(source.path + " has " + std::to_string(source.lines.size()) + " lines; more than " +
                         std::to_string(maxLines) + " are more than one job.");
    return faults;
}

std::vector<std::string> tableFaults(const std::vector<Source>& sources)
{
    std::set<std::string> paths;
    std::set<std::string> walked;
    for (const Source& source : sources) {
        paths.insert(source.path);
        if (source.path.starts_with("tests/"))
            for (const std::string& line : source.lines)
                if (constexpr std::string_view mark = "// walks "; line.starts_with(mark))
                    walked.insert(line.substr(mark.size()));
    }
    std::vector<std::string> faults;
    for (const Source& table : sources) {
        if (!table.path.ends_with(".def"))
            continue;
        std::set<std::string> seen;
        for (const std::string& row : table.lines) {
            const std::string member = memberOfRow(row);
            if (member.empty())
                continue;
            if (!seen.insert(member).second)
                faults.push_back(table.path + " names " + member + " twice.");
            const std::string file = folderOf(table.path) + "/" + member + ".cpp";
            const std::string test = "tests/" + folderOf(table.path) + "/tst_" + member + ".cpp";
            if (!paths.contains(file))
                faults.push_back(table.path + " has the row " + row + ", but " + file + " is missing.");
            if (!walked.contains(table.path) && !paths.contains(test))
                faults.push_back(table.path + " has the row " + row + ", but " + test +
                                 " is missing, and no test says \"// walks " + table.path + "\".");
        }
    }
    return faults;
}

std::vector<std::string> unlistedTestFaults(const std::vector<Source>& sources, const std::vector<Source>& scripts)
{
    std::vector<std::string> faults;
    for (const Source& source : sources) {
        const std::string name = fs::path(source.path).stem().string();
        const bool isTest = source.path.starts_with("tests/") && source.path.ends_with(".cpp") &&
                            (name.starts_with("tst_") || name.starts_with("fuzz_"));
        if (!isTest)
            continue;
        const std::regex call("^lathe_add_(test|fuzzer)\\(" + name + "[\\s)]");
        const std::string home = folderOf(source.path) + "/CMakeLists.txt";
        const bool isListed = std::any_of(scripts.begin(), scripts.end(), [&](const Source& script) {
            return script.path == home &&
                   std::any_of(script.lines.begin(), script.lines.end(),
                               [&](const std::string& line) { return std::regex_search(line + " ", call); });
        });
        if (!isListed)
            faults.push_back(source.path + " never runs: " + home + " does not name it.");
    }
    return faults;
}

}
