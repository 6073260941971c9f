// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/data/folder_files.h"
#include "core/formats/onnx_tensor.h"

namespace lathe {
namespace {

/// The number at the end of "test_data_set_12"; -1 for other names.
std::int64_t setNumber(const Path& folder)
{
    constexpr std::string_view prefix = "test_data_set_";
    const std::string name = folder.filename().string();
    const std::string digits = name.starts_with(prefix) ? name.substr(prefix.size()) : "";
    const bool isNumber =
        !digits.empty() && digits.size() < 10 && digits.find_first_not_of("0123456789") == std::string::npos;
    return isNumber ? std::stoll(digits) : -1;
}

/// Folders test_data_set_* with a file input_K.pb for input K of the model; each folder is a sample.
class OnnxTestSets : public Source
{
public:
    explicit OnnxTestSets(const SourceRequest& request)
        : m_fs(request.fs)
        , m_file("input_" + std::to_string(request.inputIndex) + ".pb")
    {
        if (!std::filesystem::exists(request.path))
            throw Error(ErrorCode::fileNotFound, request.path.string());
        for (const Path& entry : sortedEntries(request.path))
            if (setNumber(entry) >= 0)
                m_folders.push_back(entry);
        std::stable_sort(m_folders.begin(), m_folders.end(),
                         [](const Path& a, const Path& b) { return setNumber(a) < setNumber(b); });
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(m_folders.size()); }
    std::string id(std::int64_t index) const override { return folder(index).filename().string(); }

    RawSample read(std::int64_t index) const override
    {
        const Path path = folder(index) / m_file;
        ExternalData external{Path()};
        const auto file = m_fs.map(path);
        return onnx::readTensor(file->bytes(), path.string(), {file, external});
    }

    Digest contentDigest(std::int64_t index) const override
    {
        return sha256(m_fs.map(folder(index) / m_file)->bytes());
    }

private:
    const Path& folder(std::int64_t index) const { return m_folders[static_cast<std::size_t>(index)]; }

    const Fs& m_fs;
    std::string m_file;
    std::vector<Path> m_folders;
};

} // namespace

void register_onnx_test_sets(Table<SourceType>& table)
{
    table.add({.id = "tensors",
               .summary = "Folders test_data_set_* with input_0.pb, input_1.pb ..., as ONNX's own tests have",
               .holdsAllInputs = true,
               .open = [](const SourceRequest& request) -> std::shared_ptr<const Source> {
                   return std::make_shared<OnnxTestSets>(request);
               }});
}

} // namespace lathe
