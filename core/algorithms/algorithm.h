// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/control.h"
#include "core/base/option.h"
#include "core/base/table.h"
#include "core/calibration/statistics.h"
#include "core/data/samples.h"
#include "core/numeric/placement_rules.h"
#include "core/quant/quant_plan.h"
#include "core/quant/resolve.h"

namespace lathe {

/// What algorithms work on: everything that the quantized graph is made of.
struct QuantState
{
    Graph graph;                                      ///< float; computes what the model computes
    std::shared_ptr<const Statistics> statistics;     ///< of `graph`
    Resolved resolved;
    std::map<std::string, Tensor> biases;             ///< corrected biases, which only the quantized graph has
};

/// What an algorithm may look at.
struct AlgorithmContext
{
    const QuantPlan& plan;
    const PlacementRules& rules;
    const Samples& training;      ///< calibration samples without the held-out fifth
    const Samples& calibration;   ///< all of them: for ranges, which every plan takes from all
    Digest dataDigest;
    OptionValues options;
    int workers = 0;              ///< 0 = all cores
    const Control& control;
};

/// What became of one layer. Decibels of the layer's own output under the moments of its input, where an algorithm has
/// such a figure; equal otherwise.
struct LayerNote
{
    std::string layer;
    double beforeDb = 0;
    double afterDb = 0;
    std::string note;   ///< why nothing was done; empty where something was
};

/// A post-training algorithm: changes graph, grids or codes so that the output comes closer to the float model's. Whether
/// it did is not for the algorithm to say: see runAlgorithms().
struct Algorithm
{
    std::string id;        ///< "gptq"
    std::string label;
    std::string summary;   ///< one sentence with the method's source
    std::vector<Option> options;
    std::vector<LayerNote> (*run)(QuantState& state, const AlgorithmContext& context) = nullptr;
    /// It prepares the graph and leaves means shifted: judged with biases corrected analytically, before and after.
    bool judgedWithBias = false;
};

/// All algorithms, in the order in which they compose.
const Table<Algorithm>& algorithms();

/// An algorithm and its options, as "gptq" or "gptq:damping=0.02:order=0".
struct AlgorithmChoice
{
    std::string id;
    OptionValues options;
    /// Throws Error{unknownName, invalidArgument}.
    static AlgorithmChoice parse(std::string_view text);
    std::string text() const;   ///< parse() reads it back; options at their defaults are left out
    bool operator==(const AlgorithmChoice&) const = default;
};

/// "equalize,gptq,bias" in the order of composition. Throws Error{unknownName, invalidArgument}, also for one that stands
/// in it twice.
std::vector<AlgorithmChoice> parseAlgorithms(std::string_view text);

} // namespace lathe
