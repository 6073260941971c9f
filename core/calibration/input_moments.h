// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/calibration/product_geometry.h"
#include "core/data/samples.h"
#include "core/runtime/program.h"

namespace lathe {

/// Pass 2: what one weighted layer reads, over all samples and output positions. Means of a group stand
/// behind those of the group before, matrices too, row-major. x is the input in the float run, z the one in
/// the other run (x itself without one).
struct InputMoments
{
    std::int64_t count = 0; ///< positions of all samples
    std::int64_t samples = 0;
    std::int64_t groups = 0;
    std::int64_t depth = 0;
    std::vector<double> referenceMean; ///< E[x], groups * depth
    std::vector<double> mean;          ///< E[z]
    std::vector<double> second; ///< E[z z'], groups * depth * depth; empty where means were asked for alone
    std::vector<double> cross;  ///< E[x z']; empty without another run
    std::vector<InputMoments> halves; ///< of each half of the samples, where they were asked for

    const double* secondOf(std::int64_t group) const { return second.data() + group * depth * depth; }
    const double* crossOf(std::int64_t group) const { return cross.data() + group * depth * depth; }
};

/// A program that runs the float model and, with `quantized`, the same model with other settings of its
/// slots.
struct MomentSource
{
    std::shared_ptr<const Program> program; ///< compiled with tapAll
    Binding floating;
    std::shared_ptr<const Program> quantizedProgram; ///< null: there is no other run
    Binding quantized;
};

/// The inputs of the watched layers in one sample, by value name; `test` is empty without another run.
struct SampleInputs
{
    std::map<std::string, std::vector<float>> reference;
    std::map<std::string, std::vector<float>> test;
};

/// Gives the inputs of the layers of one sample; called from several threads, each with a worker number of
/// its own.
using RecordInputs =
    std::function<SampleInputs(std::span<const ProductGeometry> layers, std::int64_t sample, int worker)>;

struct MomentOptions
{
    bool second = true; ///< false: means alone
    /// Above 0, halves of the samples have moments of their own too: in turn, and so many samples on in the
    /// same half again, as other views of a picture are.
    std::int64_t halvesOf = 0;
    int workers = 0;    ///< 0 = all cores
    /// Matrices of so many bytes are formed in one go; layers beyond that wait for a further run over the
    /// samples.
    std::int64_t memoryBytes = std::int64_t{1} << 30;
};

/// True when a run shows the layer's input.
bool canWatchInput(const Program& program, const ProductGeometry& geometry);

/// Streams the samples; the same bits for any number of workers. Memory is that of the matrices and of the
/// inputs of a few samples. Throws Error{stopped, datasetEmpty}.
std::vector<InputMoments> collectInputMoments(const MomentSource& source,
                                              const std::vector<ProductGeometry>& layers,
                                              const Samples& samples, const MomentOptions& options,
                                              const Control& control);

/// The same of inputs that come from anywhere. `cross`: `record` gives the inputs of another run too.
std::vector<InputMoments> collectInputMoments(const RecordInputs& record, bool cross, std::int64_t samples,
                                              const std::vector<ProductGeometry>& layers,
                                              const MomentOptions& options, const Control& control);

} // namespace lathe
