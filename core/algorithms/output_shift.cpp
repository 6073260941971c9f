// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/output_shift.h"

#include <Eigen/Core>

#include <algorithm>
#include <limits>

namespace lathe {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Map<const Matrix>;

std::vector<float> floatsOf(const std::vector<double>& values)
{
    return {values.begin(), values.end()};
}

}

void OutputShift::add(const OutputShift& more)
{
    sums.resize(more.sums.size());
    counts.resize(more.counts.size());
    for (std::size_t row = 0; row < sums.size(); ++row) {
        sums[row] += more.sums[row];
        counts[row] += more.counts[row];
    }
}

std::vector<double> OutputShift::biases() const
{
    std::vector<double> shifts(sums.size(), 0.0);
    for (std::size_t row = 0; row < sums.size(); ++row)
        if (counts[row] > 0)
            shifts[row] = sums[row] / counts[row];
    return shifts;
}

ShiftMeter::ShiftMeter(const QuantState& state, const WeightLayer& layer)
    : m_geometry(layer.geometry)
    , m_real(floatsOf(weightRows(layer.geometry, state.graph.value(state.graph.find(layer.point.value)).constant)))
    , m_rounded(floatsOf(quantizedRows(state, layer)))
    , m_bias(floatsOf(biasRows(state, layer)))
    , m_quantizedBias(m_bias)
{
    if (layer.hasBias())
        m_quantizedBias = presentBias(state, layer.point.bias).toFloats();
    m_quantizedBias.resize(m_bias.size(), m_quantizedBias.empty() ? 0.0F : m_quantizedBias.front());
    const Clamp clamp = clampOf(state.graph, layer.layer);
    const bool clamped = clamp.kind == Clamp::Kind::relu || clamp.kind == Clamp::Kind::clip;
    m_low = clamped ? 0 : -std::numeric_limits<float>::infinity();
    m_high = clamped ? static_cast<float>(clamp.end) : std::numeric_limits<float>::infinity();
}

OutputShift ShiftMeter::measure(std::span<const float> reference, std::span<const float> test) const
{
    const std::int64_t rows = m_geometry.rowsPerGroup, depth = m_geometry.depth;
    OutputShift shift;
    shift.sums.assign(static_cast<std::size_t>(m_geometry.rows()), 0);
    shift.counts = shift.sums;
    std::vector<Matrix> outputs; // of the float run, tile by tile as below
    const auto product = [&](const std::vector<float>& weights, std::int64_t group, std::int64_t columns,
                             std::span<const float> tile) -> Matrix {
        return MatrixView(weights.data() + group * rows * depth, rows, depth) *
               MatrixView(tile.data(), depth, columns);
    };
    forEachTile(m_geometry, reference, 0, m_geometry.groups,
                [&](std::int64_t group, std::int64_t columns, std::span<const float> tile) {
                    outputs.push_back(product(m_real, group, columns, tile));
                });
    std::size_t next = 0;
    forEachTile(m_geometry, test, 0, m_geometry.groups,
                [&](std::int64_t group, std::int64_t columns, std::span<const float> tile) {
                    const Matrix& expected = outputs[next++];
                    const Matrix actual = product(m_rounded, group, columns, tile);
                    for (std::int64_t r = 0; r < rows; ++r) {
                        const auto row = static_cast<std::size_t>(group * rows + r);
                        for (std::int64_t i = 0; i < columns; ++i) {
                            const float wanted = expected(r, i) + m_bias[row];
                            const float found = actual(r, i) + m_quantizedBias[row];
                            if (!passes(wanted) && !passes(found))
                                continue;
                            shift.sums[row] += double{std::clamp(wanted, m_low, m_high)} -
                                               double{std::clamp(found, m_low, m_high)};
                            shift.counts[row] += 1;
                        }
                    }
                });
    return shift;
}

}
