// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/figure_store.h"
#include "core/base/control.h"
#include "core/calibration/statistics.h"
#include "core/data/samples.h"
#include "core/ops/layers.h"
#include "core/quant/quant_plan.h"
#include "core/quant/resolve.h"

namespace lathe {

/// Which tensors of a layer are quantized in a cell.
enum class CellKind : std::uint8_t
{
    weights,
    activations,
    both
};
std::string_view cellKindName(CellKind kind);
/// Throws Error{unknownName}.
CellKind parseCellKind(std::string_view name);

/// Formats of one layer's tensors; nothing where there are none of the kind, or where they are not the
/// question.
struct LayerFormats
{
    std::optional<QuantSpec> weights;
    std::optional<QuantSpec> activations;
};

/// The isolated effect of one layer at one bit-width: everything else in float.
struct SensitivityCell
{
    std::string layer; ///< id
    CellKind kind = CellKind::weights;
    int bits = 8;
    LayerFormats formats; ///< what is quantized, and as what
    bool further = false; ///< a format of its own, not the plan's at `bits`
    double weightBytes =
        0; ///< of the layer's weights with scales, zero-points and tables, where they are quantized

    double estimateDb =
        0; ///< SQNR of the tensor itself, from weights and statistics alone; the worse one for `both`
    std::int64_t samples = 0;         ///< measured on so many; 0: only the estimate is known
    double sqnrDb = 0;                ///< of the first graph output, before a last Softmax; +infinity when exact
    double sqnrLow = 0, sqnrHigh = 0; ///< 95 % bootstrap interval over the samples
    double divergence = 0; ///< mean KL divergence of the class probabilities from the float ones, in nats
    double agreement = 0;  ///< share of samples with the same top-1 as in float
    double loss = 0, low = 0, high = 0; ///< of the metric (positive = worse), paired 95 % interval
    int group = -1; ///< cells of one kind and bit-width that cannot be told apart share a number; 0 = worst
};

struct SensitivityOptions
{
    std::vector<int> bits{2, 3, 4, 6, 8}; ///< 2 to 16
    /// Further formats of weights and of activations, each as it is: "int4:group:32", "nf4", "kmeans16",
    /// "float8e4m3". Where a layer cannot have one (groups of depthwise weights), it has no such cell.
    std::vector<QuantSpec> weightFormats, activationFormats;
    std::vector<CellKind> kinds{CellKind::weights, CellKind::activations, CellKind::both};
    std::string metric = "agreement";                ///< `agreement` where the data have no labels for it
    int probeSamples = 64;                           ///< the first ones of the samples
    int workers = 0;                                 ///< 0 = all cores
    double timeBudgetSeconds = 0;                    ///< stops with what is measured by then; 0 = none
    std::uint64_t seed = 0;                          ///< of the bootstrap
    std::int64_t cacheBytes = std::int64_t{1} << 30; ///< for weights packed at every bit-width
    /// Whether a cell is of interest; empty: all are.
    std::function<bool(const Layer& layer, const LayerFormats& formats)> wanted = {};
    FigureStore* store = nullptr; ///< of scores that are known already, and for new ones, about once a second
    Digest data = {};             ///< of the samples, for the store
};

struct Sensitivity
{
    std::vector<SensitivityCell> cells; ///< by layer, kind, bits
    std::string metric;
    std::int64_t samples = 0;     ///< measured on every cell
    std::int64_t evaluations = 0; ///< runs of a cell on a sample
    std::int64_t reused = 0;      ///< of these, those that the store knew
    double seconds = 0;
    double fullForwardSeconds = 0; ///< of one float pass over these samples on as many workers
    double meanSuffix = 0;         ///< share of the multiply-accumulates from a cell's layer on, on average
};

/// Measures every layer of `graph` at every bit-width alone, in the formats and range methods of `plan` (its
/// own bits do not matter), and in every further format. Samples outside, cells inside; a cell re-runs only
/// the steps behind its layer, on the float values of that sample. The same figures for any number of
/// workers; a time budget cuts at a whole sample, or, in the first one, leaves the least promising cells with
/// their estimates. With a store, what is measured is kept cell by cell under the digest of the graph, the
/// data and the cell's grids and codes, also where the sweep is stopped; one that goes on gives the same
/// figures as one that was never stopped, but for times. Throws Error{datasetEmpty, planInvalid, stopped} and
/// what the store throws.
Sensitivity measureSensitivity(const Graph& graph, const std::vector<Layer>& layers,
                               const Statistics& statistics, const Samples& samples, const QuantPlan& plan,
                               const PlacementRules& rules, const SensitivityOptions& options,
                               const Control& control);

}
