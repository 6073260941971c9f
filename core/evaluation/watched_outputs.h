// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/runtime/program.h"
#include "core/tensor/compare.h"

namespace lathe {

/// The error of one part of the outputs: sums over its elements.
struct PartError
{
    double signalSquares = 0;
    double noiseSquares = 0; ///< infinite where a run gave no numbers
};
using PartErrors = std::vector<PartError>; ///< by watched value

void add(PartErrors& total, const PartErrors& more);

/// SQNR of the parts together in dB: +infinity where all is exact, -infinity where a run gave no numbers. Of
/// several parts their mean noise over signal counts, so that large values do not hide the errors of small
/// ones. Parts that are 0 throughout have no ratio; they are left out next to others.
double sqnrDb(std::span<const PartError> parts);

/// Where outputs are compared with the float model's: before a last Softmax, in whose output a confident
/// model hides its errors; what a last Concat joins, part by part (outputParts()).
class WatchedOutputs
{
public:
    using Values = std::vector<std::vector<float>>; ///< by watched value

    WatchedOutputs() = default;
    /// Of some outputs of `graph`, as far as taps of `program` see them; else the output itself.
    WatchedOutputs(const Graph& graph, const std::vector<ValueId>& outputs, const Program& program);

    std::size_t partCount() const { return m_parts; }
    /// What a run of the program gives, which `execute` does with these taps. Values that it does not make,
    /// as it begins behind them, are those of `before`.
    Values of(const Program& program, const std::function<TensorMap(const TapMap&)>& execute,
              Values before = {}) const;

    /// An output behind a Softmax that has an active slot of its own in `run`, of the program that was given,
    /// adds its noise over signal to that of the value before.
    PartErrors errors(const Values& expected, const Values& actual, const Binding* run = nullptr) const;

private:
    /// An output that is compared before it is made, but can be put on a grid of its own.
    struct Behind
    {
        std::size_t part = 0; ///< what is compared
        int slot = -1;
    };

    std::vector<std::string> m_names; ///< the parts, then the outputs behind some
    std::size_t m_parts = 0;
    std::vector<Behind> m_behind;
};

}
