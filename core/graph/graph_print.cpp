// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/graph/graph.h"
#include "core/graph/graph_text.h"

namespace lathe {
namespace {

constexpr std::int64_t printedElements = 16;

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
        if (c == '\n') result += "\\n";
        else if (c == '"' || c == '\\') (result += '\\') += c;
        else result += c;
    }
    return result + '"';
}

std::string nameText(std::string_view name) {
    const bool plain = !name.empty() && name != "_" && std::all_of(name.begin(), name.end(), isNameCharacter);
    return plain ? std::string(name) : quoted(name);
}

std::string typeText(DType dtype, const std::optional<Shape>& shape, const std::vector<std::string>& dimNames = {}) {
    std::string result(dtypeName(dtype));
    if (!shape) return result;
    result += '[';
    for (int i = 0; i < shape->rank(); ++i) {
        if (i) result += 'x';
        const auto at = static_cast<std::size_t>(i);
        const bool named = at < dimNames.size() && !dimNames[at].empty();
        if ((*shape)[i] != Shape::unknown) result += std::to_string((*shape)[i]);
        else result += named ? "<" + dimNames[at] + ">" : std::string("?");
    }
    return result + ']';
}

/// A number that reads back as a float: "1.0", "0.5", "inf".
std::string floatText(float value) {
    std::string text = realText(value);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

std::string elementText(const Tensor& tensor, std::int64_t index) {
    if (tensor.dtype() == DType::string) return quoted(tensor.stringData()[static_cast<std::size_t>(index)]);
    if (isFloat(tensor.dtype()) || isFloat8(tensor.dtype())) return tensor.dtype() == DType::float64 ? realText(tensor.at(index))
                                                                          : realText(static_cast<float>(tensor.at(index)));
    if (tensor.dtype() == DType::uint64) return std::to_string(tensor.data<std::uint64_t>()[static_cast<std::size_t>(index)]);
    return std::to_string(tensor.converted(DType::int64).data<std::int64_t>()[static_cast<std::size_t>(index)]);
}

std::string tensorText(const Tensor& tensor) {
    std::string result = typeText(tensor.dtype(), tensor.shape()) + " = ";
    if (tensor.elements() > printedElements) return result + "...";
    result += '[';
    for (std::int64_t i = 0; i < tensor.elements(); ++i) result += (i ? ", " : "") + elementText(tensor, i);
    return result + ']';
}

template <typename List, typename Text>
std::string listText(const List& list, Text&& text) {
    std::string result = "[";
    for (std::size_t i = 0; i < list.size(); ++i) result += (i ? ", " : "") + text(list[i]);
    return result + ']';
}

void printBody(std::string& out, const Graph& graph, const std::string& indent);

struct AttributeText {
    const std::string& indent;

    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(float value) const { return floatText(value); }
    std::string operator()(const std::string& value) const { return quoted(value); }
    std::string operator()(const Tensor& value) const { return tensorText(value); }
    std::string operator()(const GraphPtr& value) const {
        std::string result = "graph {\n";
        printBody(result, *value, indent + "    ");
        return result + indent + "}";
    }
    std::string operator()(const std::vector<std::int64_t>& value) const {
        return listText(value, [](std::int64_t i) { return std::to_string(i); });
    }
    std::string operator()(const std::vector<float>& value) const {
        return (value.empty() ? "floats" : "") + listText(value, floatText);
    }
    std::string operator()(const std::vector<std::string>& value) const {
        return (value.empty() ? "strings" : "") + listText(value, [](const std::string& text) { return quoted(text); });
    }
};

std::string namesText(const Graph& graph, const std::vector<ValueId>& ids) {
    return listText(ids, [&](ValueId id) { return id.valid() ? nameText(graph.value(id).name) : std::string("_"); });
}

std::string inner(const std::string& list) { return list.substr(1, list.size() - 2); }

std::string nodeText(const Graph& graph, const Node& node, const std::string& indent) {
    std::string result = inner(namesText(graph, node.outputs)) + " = ";
    if (!node.domain.empty()) result += nameText(node.domain) + "::";
    result += nameText(node.op) + "(" + inner(namesText(graph, node.inputs)) + ")";
    std::string attributes;
    for (const auto& [key, value] : node.attributes)
        attributes += (attributes.empty() ? "" : ", ") + nameText(key) + "=" + std::visit(AttributeText{indent}, value);
    if (!attributes.empty()) result += " {" + attributes + "}";
    if (!node.name.empty()) result += " @" + nameText(node.name);
    if (!node.unsupported.empty()) result += " !" + quoted(node.unsupported);
    return result;
}

void printBody(std::string& out, const Graph& graph, const std::string& indent) {
    const auto line = [&](const std::string& text) { out += indent + text + "\n"; };
    for (ValueId id : graph.inputs) {
        const Value& value = graph.value(id);
        line("input " + nameText(value.name) + ": " + typeText(value.dtype, value.shape, value.dimNames));
    }
    for (ValueId id : graph.captures) line("capture " + nameText(graph.value(id).name));
    for (const Value& value : graph.values())
        if (value.isConstant()) line(nameText(value.name) + ": " + tensorText(value.constant));
    for (const Node& node : graph.nodes()) line(nodeText(graph, node, indent));
    if (!graph.outputs.empty()) line("output " + inner(namesText(graph, graph.outputs)));
}

}  // namespace

std::string print(const Graph& graph) {
    std::string out;
    if (!graph.name.empty()) out += "graph " + nameText(graph.name) + "\n";
    for (const auto& [domain, version] : graph.opsets) {
        if (!domain.empty()) out += "opset " + nameText(domain) + " " + std::to_string(version) + "\n";
        else if (version != 13) out += "opset " + std::to_string(version) + "\n";
    }
    for (const auto& [key, value] : graph.metadata) out += "metadata " + quoted(key) + " " + quoted(value) + "\n";
    printBody(out, graph, "");
    return out;
}

}  // namespace lathe
