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

/// Of each draw from the first `count` scores.
std::vector<double> sqnrOfDraws(const std::vector<CellScore>& scores, std::size_t count, Bootstrap& bootstrap)
{
    std::size_t parts = 0;
    for (std::size_t i = 0; i < count; ++i)
        parts = std::max(parts, scores[i].parts.size());
    // Scores have few parts, mostly one: side by side in memory their sums take a fraction of the time.
    PartErrors flat(count * parts);
    for (std::size_t i = 0; i < count; ++i)
        std::copy(scores[i].parts.begin(), scores[i].parts.end(),
                  flat.begin() + static_cast<std::ptrdiff_t>(i * parts));
    std::vector<double> decibels;
    for (const std::vector<std::size_t>& indices : bootstrap.draws(count)) {
        PartErrors total(parts);
        for (const std::size_t i : indices)
            for (std::size_t part = 0; part < parts; ++part) {
                total[part].signalSquares += flat[i * parts + part].signalSquares;
                total[part].noiseSquares += flat[i * parts + part].noiseSquares;
            }
        decibels.push_back(sqnrDb(total));
    }
    return decibels;
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
    return {std::move(parts), klDivergence(floatOutput, output),
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
    std::tie(cell.sqnrLow, cell.sqnrHigh) = middle95(sqnrOfDraws(scores, scores.size(), bootstrap));
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
            const std::vector<double> here = sqnrOfDraws(scores[i], count, bootstrap),
                                      there = sqnrOfDraws(scores[head], count, bootstrap);
            int above = 0;
            for (std::size_t draw = 0; draw < here.size(); ++draw)
                above += here[draw] > there[draw] ? 1 : 0;
            if (above > resamples * 39 / 40) {
                head = i;
                ++group;
            }
            cells[i].group = group;
        }
    }
}

}
