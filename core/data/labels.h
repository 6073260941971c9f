// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/fs.h"
#include "core/base/json.h"

namespace lathe {

/// What the `labels` member of a dataset file says, row by row.
struct Labels
{
    std::vector<std::string> names;    ///< file names, when the labels name them
    std::vector<std::int64_t> classes; ///< empty when the labels hold no classes
    std::vector<std::string> splits;   ///< the split column, when there is one
    std::vector<bool> labelled;        ///< by sample, whether anything is known of it
    std::vector<std::string> columns;  ///< names of the columns that were read
    Path file;                         ///< of the rows; empty when there is none
    Path boxes;                        ///< folder of boxes, one file a picture; else empty
    Path masks;                        ///< folder of masks, one picture a picture; else empty
};

/// Reads labels from a .csv, .npy or IDX file. `labels` is an object {file, name, class, split}, a file name,
/// {boxes, format: "yolo"} or {masks}. Throws Error{datasetInvalid, labelInvalid, fileNotFound}.
Labels readLabels(const Json& labels, const Path& folder, const Fs& fs, const std::string& where);

} // namespace lathe
