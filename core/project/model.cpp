// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/model.h"

#include "core/formats/formats.h"
#include "core/ops/infer_shapes.h"
#include "core/passes/simplify.h"

#include <algorithm>

namespace lathe {
namespace {

void collectUnsupported(const Graph& graph, std::vector<UnsupportedNode>& result)
{
    for (const Node& node : graph.nodes()) {
        if (!node.unsupported.empty()) {
            std::string name = node.name;
            if (name.empty() && !node.outputs.empty() && node.outputs[0].valid())
                name = graph.value(node.outputs[0]).name;
            result.push_back({name, opId(node), node.unsupported});
        }
        for (const auto& [key, attribute] : node.attributes)
            if (const auto* body = std::get_if<GraphPtr>(&attribute); body && *body)
                collectUnsupported(**body, result);
    }
}

/// The float graph of a model: simplified when it can run, and lifted when it is quantized.
void makeFloatGraph(Model& model, const Control& control)
{
    Graph source = model.original;
    if (model.runnable() && isQuantized(source)) {
        model.lifted = whileDoing("lifting the quantized model", [&] { return lift(source); });
        model.graph = model.lifted->graph;
        return;
    }
    Simplified simplified = simplify(source, control);
    model.graph = std::move(simplified.graph);
    model.simplifications = std::move(simplified.log);
}

void addTotals(Model& model)
{
    model.layers = findLayers(model.graph);
    for (const Layer& layer : model.layers) {
        model.parameters += layer.parameters;
        model.macs += layer.macs;
    }
    model.floatBytes = model.parameters * 4;
}

}

std::shared_ptr<const Model> loadModel(const Path& path, const Fs& fs, const Control& control)
{
    return whileDoing("opening the model", [&]() -> std::shared_ptr<const Model> {
        auto model = std::make_shared<Model>();
        ImportedModel imported = readModel(path, fs, control);
        model->path = path;
        model->format = imported.format;
        model->opset = imported.opset;
        model->fileDigest = imported.fileDigest;
        model->original = std::move(imported.graph);
        collectUnsupported(model->original, model->unsupported);
        makeFloatGraph(*model, control);
        addTotals(*model);
        return model;
    });
}

void requireRunnable(const Model& model)
{
    if (model.runnable())
        return;
    const UnsupportedNode& first = model.unsupported.front();
    throw Error(ErrorCode::unsupportedOperator, first.node, {{"op", first.op}, {"reason", first.reason}});
}

}
