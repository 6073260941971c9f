// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/formats.h"

#include <algorithm>
#include <cctype>

namespace lathe {

#define READER(file) void register_##file(Table<Reader>& table);
#define WRITER(file) void register_##file(Table<Writer>& table);
#include "core/formats/formats.def"
#undef READER
#undef WRITER

namespace {

class OwnedBytes : public FileBytes {
public:
    explicit OwnedBytes(Bytes bytes) : m_bytes(std::move(bytes)) {}
    std::span<const std::byte> bytes() const override { return m_bytes; }

private:
    Bytes m_bytes;
};

std::string extensionOf(const Path& path) {
    std::string result = path.extension().string();
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// Runs `work`; an error of the file as a whole is made to name the file, one of a part of it gets the stage added.
template <typename Work>
auto naming(const Path& path, const std::string& stage, Work&& work) {
    try {
        return work();
    } catch (Error& error) {
        if (!error.where().empty()) throw error.addDoing(stage + " " + path.string());
        Error named(error.code(), path.string(), error.values());
        for (const std::string& doing : error.doing()) named.addDoing(doing);
        throw named;
    }
}

template <typename Known>
[[noreturn]] void unknownFormat(const Path& path, const Known& known) {
    std::string list;
    for (const std::string& extension : known) list += (list.empty() ? "" : ", ") + extension;
    throw Error(ErrorCode::unknownFormat, path.string(), {{"extension", extensionOf(path)}, {"known", list}});
}

const Reader& readerOf(const Path& path, const FileBytes& file) {
    const std::string extension = extensionOf(path);
    std::vector<std::string> known;
    for (const Reader& reader : readers()) {
        if (std::find(reader.extensions.begin(), reader.extensions.end(), extension) != reader.extensions.end()) return reader;
        known.insert(known.end(), reader.extensions.begin(), reader.extensions.end());
    }
    const auto head = file.bytes().first(std::min<std::size_t>(file.bytes().size(), 64));
    for (const Reader& reader : readers())
        if (reader.recognizes(head)) return reader;
    unknownFormat(path, known);
}

const Writer& writerOf(const Path& path) {
    const std::string extension = extensionOf(path);
    std::vector<std::string> known;
    for (const Writer& writer : writers()) {
        if (writer.extension == extension) return writer;
        known.push_back(writer.extension);
    }
    unknownFormat(path, known);
}

}  // namespace

const Table<Reader>& readers() {
    static const Table<Reader> table = [] {
        Table<Reader> result;
#define READER(file) register_##file(result);
#define WRITER(file)
#include "core/formats/formats.def"
#undef READER
#undef WRITER
        return result;
    }();
    return table;
}

const Table<Writer>& writers() {
    static const Table<Writer> table = [] {
        Table<Writer> result;
#define READER(file)
#define WRITER(file) register_##file(result);
#include "core/formats/formats.def"
#undef READER
#undef WRITER
        return result;
    }();
    return table;
}

ImportedModel readModel(const Path& path, const Fs& fs, const Control& control) {
    const auto file = fs.map(path);
    const Path folder = path.has_parent_path() ? path.parent_path() : Path(".");
    const Reader& reader = readerOf(path, *file);
    return naming(path, "reading", [&] { return reader.read(file, folder, control); });
}

ImportedModel readModel(Bytes bytes, std::string_view id, const Control& control, const Path& folder) {
    return readers().get(id, "format").read(std::make_shared<OwnedBytes>(std::move(bytes)), folder, control);
}

Bytes writeModel(const Graph& graph, std::string_view id) {
    WrittenModel written = writers().get(id, "format").write(graph, "", {});
    return std::move(written.model);
}

void writeModel(const Graph& graph, const Path& path, Fs& fs, const WriteOptions& options) {
    const Writer& writer = writerOf(path);
    const WrittenModel written =
        naming(path, "writing", [&] { return writer.write(graph, path.filename().string(), options); });
    // The data first: a model never stands there without it.
    if (!written.externalName.empty()) fs.writeWhole(path.parent_path() / written.externalName, written.externalData);
    fs.writeWhole(path, written.model);
}

}  // namespace lathe
