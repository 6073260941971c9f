// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/table.h"
#include "core/data/preprocess.h"

namespace lathe {

/// All samples that a file or folder holds, before splits and preprocessing. Thread-safe.
class Source
{
public:
    virtual ~Source() = default;
    virtual std::int64_t size() const = 0;
    virtual std::string id(std::int64_t index) const = 0;
    /// Throws Error{imageUnreadable, ...} naming the file.
    virtual RawSample read(std::int64_t index) const = 0;
    /// Labels that lie in the data itself (CIFAR batches, a folder per class); empty when there are none.
    virtual std::vector<std::int64_t> ownLabels() const { return {}; }
    /// Digest of one sample's stored bytes, to notice the same sample in both splits.
    virtual Digest contentDigest(std::int64_t index) const = 0;
};

struct SourceRequest
{
    Path path;
    std::vector<std::string> names; ///< the files that the label file lists; empty when it lists none
    const Fs& fs;
    ImageDecoder decoder;
    std::size_t inputIndex = 0;            ///< place of the input among those of the model
    std::vector<std::string> columns;      ///< of a table; empty: all but labelColumns
    std::vector<std::string> labelColumns; ///< columns of the same table that are labels
    std::int64_t frame = 0;                ///< values of a sample cut from one recording; 0 = all of it
    std::int64_t hop = 0;                  ///< from frame to frame; 0 = frame
    std::int64_t lead = 0; ///< zeros before the first value of a recording that is cut into frames
};

/// A kind of data file, by its `type` in the dataset file.
struct SourceType
{
    std::string id; ///< "images"
    std::string summary;
    bool holdsAllInputs = false; ///< one entry of the dataset file serves every input of the model
    std::shared_ptr<const Source> (*open)(const SourceRequest&) = nullptr;
};

const Table<SourceType>& sourceTypes();

} // namespace lathe
