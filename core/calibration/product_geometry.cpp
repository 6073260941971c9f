// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/product_geometry.h"

#include <algorithm>

namespace lathe {

namespace {

/// Columns of one tile: x of a tile stays in the cache together with what it is multiplied into.
constexpr std::int64_t tileColumns = 1024;

std::optional<ProductGeometry> ofConvolution(const Graph& graph, const Node& node, ProductGeometry geometry,
                                             const Shape& weight, std::string& reason)
{
    const auto& input = graph.value(node.input(0)).shape;
    if (!input || input->rank() < 3) {
        reason = "the shape of its input is not known";
        return std::nullopt;
    }
    Shape one = *input;
    one[0] = 1;
    if (!one.isStatic()) {
        reason = "the shape of its input is not known";
        return std::nullopt;
    }
    geometry.conv = convGeometry(node, one, weight);
    geometry.groups = geometry.conv->groups;
    geometry.rowsPerGroup = geometry.conv->outPerGroup();
    geometry.depth = geometry.conv->inPerGroup() * geometry.conv->window.kernelElements();
    return geometry;
}

std::optional<ProductGeometry> ofMatrix(const Node& node, ProductGeometry geometry, const Shape& weight,
                                        std::string& reason)
{
    const bool gemm = node.op == "Gemm";
    if (weight.rank() != 2) {
        reason = "its weights are not a matrix";
        return std::nullopt;
    }
    if (gemm && (node.integer("transA", 0) != 0 || node.real("alpha", 1) != 1.0F)) {
        reason = "its input is transposed or scaled";
        return std::nullopt;
    }
    geometry.transposed = !(gemm && node.integer("transB", 0) != 0);
    geometry.rowsPerGroup = weight[geometry.transposed ? 1 : 0];
    geometry.depth = weight[geometry.transposed ? 0 : 1];
    return geometry;
}

/// Copies the plane of one tap: where the window's element `kernel` lies for each output position of the tile.
void gatherTap(const float* plane, std::span<const std::int64_t> places, float* row)
{
    for (std::size_t i = 0; i < places.size(); ++i)
        row[i] = places[i] < 0 ? 0.0F : plane[places[i]];
}

/// For every tap and output position of [first, last): the input position, -1 in the padding.
std::vector<std::int64_t> tapPlaces(const Window& window, std::vector<std::int64_t>& position, std::int64_t columns)
{
    const std::int64_t taps = window.kernelElements();
    std::vector<std::int64_t> places(static_cast<std::size_t>(taps * columns), -1);
    std::vector<WindowTap> inside;
    for (std::int64_t column = 0; column < columns; ++column) {
        windowTaps(window, position, inside);
        for (const WindowTap& tap : inside)
            places[static_cast<std::size_t>(tap.kernel * columns + column)] = tap.input;
        nextPosition(position, window.output);
    }
    return places;
}

void convolutionTiles(const ConvGeometry& conv, std::span<const float> input, std::int64_t firstGroup,
                      std::int64_t lastGroup, const TileSink& tile)
{
    const Window& window = conv.window;
    const std::int64_t taps = window.kernelElements();
    const std::int64_t plane = window.inputElements();
    const std::int64_t positions = window.outputElements();
    std::vector<std::int64_t> position(window.rank(), 0);
    std::vector<float> values;
    for (std::int64_t first = 0; first < positions; first += tileColumns) {
        const std::int64_t columns = std::min(tileColumns, positions - first);
        const std::vector<std::int64_t> places = tapPlaces(window, position, columns);
        values.resize(static_cast<std::size_t>(conv.inPerGroup() * taps * columns));
        for (std::int64_t group = firstGroup; group < lastGroup; ++group) {
            for (std::int64_t c = 0; c < conv.inPerGroup(); ++c)
                for (std::int64_t tap = 0; tap < taps; ++tap)
                    gatherTap(input.data() + (group * conv.inPerGroup() + c) * plane,
                              {places.data() + tap * columns, static_cast<std::size_t>(columns)},
                              values.data() + (c * taps + tap) * columns);
            tile(group, columns, values);
        }
    }
}

void rowTiles(std::int64_t depth, std::span<const float> input, const TileSink& tile)
{
    const std::int64_t rows = static_cast<std::int64_t>(input.size()) / depth;
    std::vector<float> values;
    for (std::int64_t first = 0; first < rows; first += tileColumns) {
        const std::int64_t columns = std::min(tileColumns, rows - first);
        values.resize(static_cast<std::size_t>(depth * columns));
        for (std::int64_t column = 0; column < columns; ++column)
            for (std::int64_t k = 0; k < depth; ++k)
                values[static_cast<std::size_t>(k * columns + column)] =
                    input[static_cast<std::size_t>((first + column) * depth + k)];
        tile(0, columns, values);
    }
}

} // namespace

std::int64_t ProductGeometry::positions(std::int64_t inputElements) const
{
    return conv ? conv->window.outputElements() : inputElements / depth;
}

std::optional<ProductGeometry> productGeometry(const Graph& graph, const Layer& layer, std::string& reason)
{
    reason.clear();
    if (layer.body || !layer.weight.valid() || layer.nodes.empty()) {
        reason = "it has no weights";
        return std::nullopt;
    }
    const Node& node = graph.node(layer.nodes.front());
    const Value& weight = graph.value(layer.weight);
    const bool known = node.domain.empty() && (node.op == "Conv" || node.op == "Gemm" || node.op == "MatMul");
    if (!known || weight.constant.dtype() != DType::float32 || node.input(1) != layer.weight ||
        weight.constant.elements() == 0) {
        reason = "only Conv, Gemm and MatMul by a constant can be rounded this way";
        return std::nullopt;
    }
    ProductGeometry geometry;
    geometry.layer = layer.id;
    geometry.input = graph.value(node.input(0)).name;
    const Shape& shape = weight.constant.shape();
    return node.op == "Conv" ? ofConvolution(graph, node, std::move(geometry), shape, reason)
                             : ofMatrix(node, std::move(geometry), shape, reason);
}

void forEachTile(const ProductGeometry& geometry, std::span<const float> input, std::int64_t first, std::int64_t last,
                 const TileSink& tile)
{
    if (!geometry.conv)
        return rowTiles(geometry.depth, input, tile);
    const auto image = static_cast<std::size_t>(geometry.conv->inChannels * geometry.conv->window.inputElements());
    for (std::size_t at = 0; at + image <= input.size(); at += image)
        convolutionTiles(*geometry.conv, input.subspan(at, image), first, last, tile);
}

} // namespace lathe
