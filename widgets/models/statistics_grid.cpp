// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/statistics_grid.h"

#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int shapeBins = 48;

QString translated(const char* text)
{
    return QCoreApplication::translate("StatisticsGrid", text);
}

Grid::Cell number(double value)
{
    return {numberText(value), value};
}

Grid::Cell sampleCell(const Statistics& statistics, std::int64_t index)
{
    const bool known = index >= 0 && index < static_cast<std::int64_t>(statistics.sampleIds.size());
    return {known ? QString::fromStdString(statistics.sampleIds[static_cast<std::size_t>(index)]) : QStringLiteral("–"), 0};
}

/// Heights of equal bins between the extremes, on a root scale so that thin tails stay visible.
std::vector<float> shapeOf(const TensorStatistics& tensor)
{
    std::vector<float> heights;
    if (tensor.moments.maximum <= tensor.moments.minimum)
        return heights;
    const std::vector<double> counts =
        tensor.histogram.rebin(tensor.moments.minimum, tensor.moments.maximum, shapeBins);
    const double most = *std::max_element(counts.begin(), counts.end());
    for (const double count : counts)
        heights.push_back(most > 0 ? static_cast<float>(std::pow(count / most, 0.35)) : 0.0F);
    return heights;
}

std::vector<Grid::Column> columns()
{
    return {
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Tensor")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "The layer whose activations these are.")), false},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Distribution")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid",
                                      "Counts between minimum and maximum, on a root scale so that thin tails show.")),
         false},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Minimum")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "The smallest value of all samples, exact.")), true},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Maximum")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "The largest value of all samples, exact.")), true},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Mean")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Sum of the values by their number.")), true},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Std. dev.")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Root of the mean squared distance from the mean.")), true},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Kurtosis")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid",
                                      "Weight of the tails above that of a normal distribution, from the histogram: "
                                      "where it is large, a few values set the range.")),
         true},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Zeros %")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Share of zeros among the values of the histogram.")), true},
        {translated(QT_TRANSLATE_NOOP("StatisticsGrid", "Maximum set by")),
         translated(QT_TRANSLATE_NOOP("StatisticsGrid", "The sample in which the largest value was seen.")), false},
    };
}

}

std::shared_ptr<const StatisticsGrid> statisticsGrid(const Statistics& statistics, const Model& model)
{
    auto result = std::make_shared<StatisticsGrid>();
    auto grid = std::make_shared<Grid>();
    grid->columns = columns();
    for (const Layer& layer : model.layers) {
        const auto found = statistics.tensors.find(valueOfLayer(layer.id));
        if (found == statistics.tensors.end())
            continue;
        const TensorStatistics& tensor = found->second;
        const Moments& moments = tensor.moments;
        const double zeros = 100.0 * tensor.histogram.zeroShare();
        Grid::Row row;
        row.id = QString::fromStdString(layer.id);
        row.marked = moments.nans > 0 || moments.infinities > 0;
        row.cells = {{QString::fromStdString(layer.name), 0},
                     {},
                     number(moments.minimum),
                     number(moments.maximum),
                     number(moments.mean()),
                     number(std::sqrt(std::max(0.0, moments.variance()))),
                     number(tensor.histogram.excessKurtosis()),
                     {QString::number(zeros, 'f', 1), zeros},
                     sampleCell(statistics, tensor.maximumSample)};
        grid->rows.push_back(std::move(row));
        result->shapes.push_back(shapeOf(tensor));
    }
    result->samples = static_cast<std::int64_t>(statistics.sampleIds.size());
    result->grid = std::move(grid);
    return result;
}

}
