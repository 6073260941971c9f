// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/sensitivity_figures.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/evaluation/classes.h"

namespace lathe {

namespace {

constexpr int resamples = 200;

double sqnrOf(const std::vector<CellScore>& scores, const std::vector<std::size_t>& indices)
{
    PartErrors total;
    for (const std::size_t i : indices)
        add(total, scores[i].parts);
    return sqnrDb(total);
}

/// The sorted values at 2.5 and 97.5 %.
std::pair<double, double> middle95(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t cut = values.size() / 40;
    return {values[cut], values[values.size() - 1 - cut]};
}

std::vector<double> probabilities(const Tensor& scores)
{
    const std::vector<float> values = scores.toFloats();
    std::vector<double> result(values.begin(), values.end());
    double sum = 0;
    bool distribution = true;
    for (const double value : result) {
        sum += value;
        distribution = distribution && value >= 0 && value <= 1;
    }
    if (distribution && std::fabs(sum - 1) < 0.01)
        return result;
    const double top = *std::max_element(result.begin(), result.end());
    sum = 0;
    for (double& value : result)
        sum += value = std::exp(value - top);
    for (double& value : result)
        value /= sum;
    return result;
}

}

const std::vector<std::vector<std::size_t>>& Bootstrap::draws(std::size_t count)
{
    auto& lists = m_draws[count];
    if (!lists.empty())
        return lists;
    std::mt19937_64 random(m_seed);
    lists.assign(resamples, std::vector<std::size_t>(count));
    for (auto& list : lists)
        for (std::size_t& index : list)
            index = static_cast<std::size_t>(random() % count);
    return lists;
}

double klDivergence(const Tensor& reference, const Tensor& test)
{
    if (reference.elements() == 0)
        return 0;
    // Quantized distributions have zeros; what is below a ten-thousandth of a part does not count.
    constexpr double floor = 1e-8;
    const std::vector<double> p = probabilities(reference), q = probabilities(test);
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i] > floor)
            sum += p[i] * std::log(p[i] / std::max(q[i], floor));
    return std::max(sum, 0.0);
}

CellScore SampleScorer::score(const Tensor& output, PartErrors parts) const
{
    return {std::move(parts),
            klDivergence(floatOutput, output),
            largestIndex(output) == largestIndex(floatOutput) ? 1.0 : 0.0,
            metric.score({floatOutput, floatOutput, label, target, decoder}),
            metric.score({output, floatOutput, label, target, decoder})};
}

void fillFigures(SensitivityCell& cell, const std::vector<CellScore>& scores, const Metric& metric,
                 Bootstrap& bootstrap)
{
    cell.samples = static_cast<std::int64_t>(scores.size());
    if (scores.empty())
        return;
    PartErrors total;
    double divergence = 0, agreement = 0;
    std::vector<double> floating, quantized;
    for (const CellScore& score : scores) {
        add(total, score.parts);
        divergence += score.divergence;
        agreement += score.agreement;
        floating.push_back(score.floatScore);
        quantized.push_back(score.score);
    }
    const auto count = static_cast<double>(scores.size());
    cell.sqnrDb = sqnrDb(total);
    cell.divergence = divergence / count;
    cell.agreement = agreement / count;
    std::vector<double> draws;
    for (const auto& indices : bootstrap.draws(scores.size()))
        draws.push_back(sqnrOf(scores, indices));
    std::tie(cell.sqnrLow, cell.sqnrHigh) = middle95(std::move(draws));
    const MetricResult result = pairedResult(metric, floating, quantized);
    cell.loss = result.loss;
    cell.low = result.low;
    cell.high = result.high;
}

void groupCells(std::vector<SensitivityCell>& cells, const std::vector<std::vector<CellScore>>& scores,
                Bootstrap& bootstrap)
{
    std::map<std::pair<CellKind, int>, std::vector<std::size_t>> columns;
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (cells[i].samples > 0)
            columns[{cells[i].kind, cells[i].bits}].push_back(i);
    for (auto& [key, column] : columns) {
        std::stable_sort(column.begin(), column.end(),
                         [&](std::size_t a, std::size_t b) { return cells[a].sqnrDb < cells[b].sqnrDb; });
        std::size_t head = column.front();
        int group = 0;
        for (const std::size_t i : column) {
            const std::size_t count = std::min(scores[i].size(), scores[head].size());
            int above = 0;
            for (const auto& indices : bootstrap.draws(count))
                above += sqnrOf(scores[i], indices) > sqnrOf(scores[head], indices) ? 1 : 0;
            if (above > resamples * 39 / 40) {
                head = i;
                ++group;
            }
            cells[i].group = group;
        }
    }
}

}
