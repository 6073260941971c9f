// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/control.h"
#include "core/base/fs.h"
#include "core/base/table.h"
#include "core/graph/graph.h"

namespace lathe {

/// A model file as read: upgraded to the forms of opset 13 or later, shapes inferred, nothing simplified.
struct ImportedModel {
    Graph graph;
    std::string format;    ///< id of the reader
    int opset = 0;         ///< of ai.onnx, as the file has it
    int irVersion = 0;
    std::string producer;  ///< "pytorch 1.13.0"; may be empty
    std::string doc;
    Digest fileDigest;     ///< of the file's bytes and those of its external data files
    std::vector<std::string> externalFiles;  ///< relative to the model's folder, sorted
};

/// One file format that can be read.
struct Reader {
    std::string id;                       ///< "onnx"
    std::string label;
    std::vector<std::string> extensions;  ///< ".onnx"
    /// True when the first bytes can only be of this format.
    bool (*recognizes)(std::span<const std::byte> head) = nullptr;
    /// `folder` is where external data may lie; empty: nowhere. Throws Error{notAModel, modelTruncated, modelInvalid ...}.
    ImportedModel (*read)(std::shared_ptr<const FileBytes> file, const Path& folder, const Control& control) = nullptr;
};

struct WriteOptions {
    bool externalData = false;  ///< weights in a file of their own beside the model; always so beyond 2 GiB
};

/// A model as written; `externalData` is empty unless it goes to a file `externalName` beside the model.
struct WrittenModel {
    Bytes model;
    Bytes externalData;
    std::string externalName;
};

/// One file format that can be written.
struct Writer {
    std::string id;
    std::string label;
    std::string extension;
    /// `name` is the file name that the model will have. Throws Error{notExportable}.
    WrittenModel (*write)(const Graph& graph, const std::string& name, const WriteOptions& options) = nullptr;
};

const Table<Reader>& readers();
const Table<Writer>& writers();

/// Reads a model file; constants refer to the mapped file where its alignment allows. Throws Error{fileNotFound,
/// fileNotReadable, unknownFormat, notAModel, modelTruncated, modelInvalid, externalDataMissing, externalDataPath,
/// externalDataRange, tooLarge}, naming the file.
ImportedModel readModel(const Path& path, const Fs& fs, const Control& control);
/// The same of bytes in memory, as format `id`; external data is looked for in `folder` (empty: nowhere).
ImportedModel readModel(Bytes bytes, std::string_view id, const Control& control, const Path& folder = {});

/// The same graph gives the same bytes. Throws Error{notExportable}, also when the model needs external data.
Bytes writeModel(const Graph& graph, std::string_view id = "onnx");
/// Writes model and, where needed, external data "<file name>.data" beside it; the format follows from the extension.
void writeModel(const Graph& graph, const Path& path, Fs& fs, const WriteOptions& options = {});

}  // namespace lathe
