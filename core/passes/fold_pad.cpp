// SPDX-License-Identifier: GPL-3.0-or-later
// Zero padding of the spatial axes in front of convolutions becomes their own padding.
#include <algorithm>

#include "core/passes/pass.h"
#include "core/passes/uses.h"

namespace lathe {
namespace {

/// The spatial pads (begins, then ends) of a Pad node that only adds zeros around the spatial axes.
std::optional<std::vector<std::int64_t>> spatialZeros(const Graph& graph, const Node& node) {
    if (node.op != "Pad" || !node.domain.empty() || node.outputs.size() != 1 || !node.outputs[0].valid()) return std::nullopt;
    if (node.text("mode", "constant") != "constant" || node.input(3).valid()) return std::nullopt;
    const Tensor* amounts = graph.constant(node.input(1));
    const Tensor* value = graph.constant(node.input(2));
    if (!amounts || amounts->dtype() != DType::int64) return std::nullopt;
    if (node.input(2).valid() && (!value || value->elements() != 1 || value->at(0) != 0)) return std::nullopt;
    const std::vector<std::int64_t> pads = amounts->toIntegers();
    const std::size_t rank = pads.size() / 2;
    if (rank < 3 || pads.size() % 2 != 0) return std::nullopt;
    if (std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad < 0; })) return std::nullopt;
    if (pads[0] != 0 || pads[1] != 0 || pads[rank] != 0 || pads[rank + 1] != 0) return std::nullopt;
    std::vector<std::int64_t> result(pads.begin() + 2, pads.begin() + static_cast<std::ptrdiff_t>(rank));
    result.insert(result.end(), pads.begin() + static_cast<std::ptrdiff_t>(rank) + 2, pads.end());
    return result;
}

bool isExplicitConv(const Node& node, ValueId padded, std::size_t padCount) {
    const std::string mode = node.text("auto_pad", "NOTSET");
    return node.op == "Conv" && node.domain.empty() && node.outputs.size() == 1 && node.outputs[0].valid() && node.unsupported.empty() && node.input(0) == padded &&
           node.input(1) != padded && node.input(2) != padded && (mode == "NOTSET" || mode == "VALID") &&
           (!node.has("pads") || node.integers("pads").size() == padCount);
}

/// The convolution with the pads added to its own.
Patch::NewNode padded(const Graph& graph, const Node& conv, const std::string& input, const std::vector<std::int64_t>& pads) {
    Patch::NewNode result{conv.name, conv.op, conv.domain, {}, {}, conv.attributes};
    for (ValueId id : conv.inputs) result.inputs.push_back(id.valid() ? graph.value(id).name : std::string());
    for (ValueId id : conv.outputs) result.outputs.push_back(id.valid() ? graph.value(id).name : std::string());
    result.inputs[0] = input;
    std::vector<std::int64_t> sum = pads;
    if (conv.has("pads") && conv.text("auto_pad", "NOTSET") == "NOTSET") {
        const std::vector<std::int64_t> own = conv.integers("pads");
        std::transform(sum.begin(), sum.end(), own.begin(), sum.begin(), std::plus<>());
    }
    result.attributes.erase("auto_pad");
    result.attributes.insert_or_assign("pads", std::move(sum));
    return result;
}

Edits foldPad(const Graph& graph, const Control& control) {
    const Uses uses(graph);
    Edits edits;
    for (const Node& node : graph.nodes()) {
        control.throwIfStopped();
        const auto pads = spatialZeros(graph, node);
        if (!pads || !node.input(0).valid() || uses.isVisible(node.outputs[0])) continue;
        const auto& readers = uses.readers(node.outputs[0]);
        const auto folds = [&](NodeId id) { return isExplicitConv(graph.node(id), node.outputs[0], pads->size()); };
        if (readers.empty() || !std::all_of(readers.begin(), readers.end(), folds)) continue;
        for (NodeId id : readers) {
            const Node& conv = graph.node(id);
            edits.patch.dropProducers.push_back(graph.value(conv.outputs[0]).name);
            edits.patch.nodes.push_back(padded(graph, conv, graph.value(node.inputs[0]).name, *pads));
        }
        ++edits.count;
    }
    return edits;
}

}  // namespace

void register_fold_pad(Table<Pass>& table) {
    table.add({.id = "fold_pad", .label = "Paddings folded into the convolutions behind them", .find = foldPad});
}

}  // namespace lathe
