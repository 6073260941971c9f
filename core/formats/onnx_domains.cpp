// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/onnx_domains.h"

namespace lathe::onnx {
namespace {

void addDomains(const Graph& graph, std::map<std::string, int>& domains) {
    for (const Node& node : graph.nodes()) {
        domains.emplace(node.domain, 1);
        for (const GraphPtr& body : bodies(node)) addDomains(*body, domains);
    }
}

}  // namespace

std::map<std::string, int> importedOpsets(const Graph& graph) {
    std::map<std::string, int> result = graph.opsets;
    result.emplace("", 13);
    addDomains(graph, result);
    return result;
}

}  // namespace lathe::onnx
