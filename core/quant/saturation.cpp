// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/saturation.h"

#include <algorithm>
#include <cmath>

namespace lathe {

std::optional<Range> sensitiveRange(const Graph& graph, const std::string& value, int bits)
{
    const ValueId id = graph.find(value);
    if (!id.valid() || graph.isOutput(id))
        return std::nullopt;
    const std::vector<NodeId> readers = graph.consumers(id);
    const bool saturates =
        !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](NodeId reader) {
            const Node& node = graph.node(reader);
            return node.op == "Sigmoid" && node.domain.empty();
        });
    if (!saturates)
        return std::nullopt;
    // 1 - sigmoid(x) = 1 / (2 levels) at x = ln(2 levels - 1).
    const double levels = std::exp2(bits) - 1;
    const auto end = static_cast<float>(std::log(2 * levels - 1));
    return Range{-end, end};
}

} // namespace lathe
