// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/data/image.h"
#include "core/ops/reference.h"

namespace lathe {

/// A tensor name and shape that a model wants (from the graph inputs), so that "*" and batch dimensions
/// resolve.
struct InputNeed
{
    std::string name;
    DType dtype = DType::float32;
    Shape shape; ///< unknown dimensions are -1
};

enum class Split
{
    calibration,
    validation
};

/// What Samples::target() holds.
enum class TargetKind
{
    none,
    values, ///< what the first output should be, of its shape
    mask,   ///< uint8 [height, width] in pixels of the input: 0 is background
    boxes   ///< float32 [boxes, 5] in pixels of the input: class, left, top, right, bottom
};

/// Input names by output name.
using Feedback = std::map<std::string, std::string>;
/// Runs the float model once: graph outputs by name.
using RunModel = std::function<TensorMap(const TensorMap& inputs)>;

/// What a metric needs to know of all targets.
struct TargetInfo
{
    TargetKind kind = TargetKind::none;
    Json decode; ///< the dataset file's `decode`: how outputs become boxes; null when it has none
};

/// A data set as one split of a dataset file: random access, thread-safe reads, deterministic order.
class Samples
{
public:
    virtual ~Samples() = default;

    virtual std::int64_t size() const = 0;
    /// Stable id of a sample: file name, or index.
    virtual std::string id(std::int64_t index) const = 0;
    /// Input tensors of one sample (batch dimension 1). Throws Error{imageUnreadable, ...} naming the file.
    virtual TensorMap load(std::int64_t index) const = 0;
    /// Class label (labelOffset added), or nothing.
    virtual std::optional<std::int64_t> label(std::int64_t index) const = 0;
    /// As targetInfo() says; empty when the sample has none.
    virtual Tensor target(std::int64_t index) const = 0;
    virtual TargetInfo targetInfo() const = 0;
    /// Outputs that come back as inputs of the next sample: input names by output name; empty where samples
    /// do not depend on each other. load() gives what the float model hands on; who runs another model hands
    /// on its own.
    virtual const Feedback& feedback() const;
    /// True when the sample comes right after the one before it (index - 1), so that this one's outputs come
    /// back.
    virtual bool follows(std::int64_t) const { return false; }
    /// The picture a person would recognise the sample by (before normalisation), if there is one.
    virtual std::optional<Image> preview(std::int64_t index) const = 0;
};

/// What a dataset file (cli.md) says, checked; paths resolved against its folder.
struct DatasetInfo
{
    Path file;
    Json description; ///< the file's own content
    std::string type;
    std::string metric; ///< "top1" ...
    std::int64_t calibrationCount = 0;
    std::int64_t validationCount = 0;
    bool labelled = false;
    Digest digest;                     ///< of description, ids, sizes and content digests of the files
    std::vector<std::string> warnings; ///< same bytes in both splits ...
};

/// An opened dataset file.
class Dataset
{
public:
    /// `run` is asked once a sample, in order, where outputs of a sample are inputs of the next ("state").
    /// Throws Error{datasetInvalid, datasetEmpty, labelInvalid ...}.
    static std::shared_ptr<const Dataset> open(const Path& file, const std::vector<InputNeed>& inputs,
                                               const Fs& fs, ImageDecoder decoder, std::uint64_t seed,
                                               const Control& control = {}, const RunModel& run = {});
    virtual ~Dataset() = default;
    virtual const DatasetInfo& info() const = 0;
    virtual std::shared_ptr<const Samples> split(Split which) const = 0;
};

/// Shapes of the inputs that the graph leaves open, by name, as the first sample has them: empty where only
/// the batch is.
std::map<std::string, Shape> openShapes(const Graph& graph, const Samples& samples);

/// The InputNeeds of a graph.
std::vector<InputNeed> inputNeeds(const Graph& graph);

} // namespace lathe
