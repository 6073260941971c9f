// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/analysis/sensitivity.h"
#include "core/evaluation/evaluate.h"
#include "core/evaluation/watched_outputs.h"

namespace lathe {

/// What one sample says of one cell.
struct CellScore
{
    PartErrors parts; ///< of the first graph output (WatchedOutputs)
    double divergence = 0;
    double agreement = 0;
    double floatScore = 0, score = 0; ///< of the metric
};

/// What one sample's outputs are scored with.
struct SampleScorer
{
    const Metric& metric;
    std::optional<std::int64_t> label;
    Tensor target;
    Tensor floatOutput;
    const BoxDecoder* decoder = nullptr;

    CellScore score(const Tensor& output, PartErrors parts) const;
};

/// KL divergence of class probabilities in nats: of outputs that are distributions as they are, else of their
/// softmax.
double klDivergence(const Tensor& reference, const Tensor& test);

/// Seeded draws with replacement from the samples, the same for every cell, so that differences are paired.
class Bootstrap
{
public:
    explicit Bootstrap(std::uint64_t seed)
        : m_seed(seed)
    {
    }

    /// Lists of `count` indices below `count`; made when first asked for.
    const std::vector<std::vector<std::size_t>>& draws(std::size_t count);

private:
    std::uint64_t m_seed;
    std::map<std::size_t, std::vector<std::vector<std::size_t>>> m_draws;
};

/// Fills a cell's figures from its scores, in sample order.
void fillFigures(SensitivityCell& cell, const std::vector<CellScore>& scores, const Metric& metric,
                 Bootstrap& bootstrap);

/// Numbers cells of one kind and bit-width from the worst output SQNR up; cells whose difference to the first
/// one of the group is not clear in a paired bootstrap over the samples share its number.
void groupCells(std::vector<SensitivityCell>& cells, const std::vector<std::vector<CellScore>>& scores,
                Bootstrap& bootstrap);

}
