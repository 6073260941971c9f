// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/graph.h"

namespace lathe {
namespace {

/// The attribute as T, or null when absent; throws when it has another type.
template <typename T>
const T* attribute(const Node& node, std::string_view key, const char* kind) {
    const auto found = node.attributes.find(key);
    if (found == node.attributes.end()) return nullptr;
    if (const T* value = std::get_if<T>(&found->second)) return value;
    throw Error(ErrorCode::modelInvalid, node.label(),
                {{"reason", "the attribute \"" + std::string(key) + "\" is not " + kind}});
}

}  // namespace

std::int64_t Node::integer(std::string_view key, std::int64_t fallback) const {
    const auto* value = attribute<std::int64_t>(*this, key, "an integer");
    return value ? *value : fallback;
}

float Node::real(std::string_view key, float fallback) const {
    const auto* value = attribute<float>(*this, key, "a number");
    return value ? *value : fallback;
}

std::string Node::text(std::string_view key, std::string_view fallback) const {
    const auto* value = attribute<std::string>(*this, key, "a text");
    return value ? *value : std::string(fallback);
}

std::vector<std::int64_t> Node::integers(std::string_view key) const {
    const auto* value = attribute<std::vector<std::int64_t>>(*this, key, "a list of integers");
    return value ? *value : std::vector<std::int64_t>{};
}

std::vector<float> Node::reals(std::string_view key) const {
    const auto* value = attribute<std::vector<float>>(*this, key, "a list of numbers");
    return value ? *value : std::vector<float>{};
}

std::string Node::label() const {
    const std::string kind = domain.empty() ? op : domain + "::" + op;
    return name.empty() ? kind : kind + " " + name;
}

std::vector<GraphPtr> bodies(const Node& node) {
    std::vector<GraphPtr> result;
    for (const auto& [key, value] : node.attributes)
        if (const auto* body = std::get_if<GraphPtr>(&value); body && *body) result.push_back(*body);
    return result;
}

std::vector<ValueId> neededBy(const Graph& graph, const Node& node) {
    std::vector<ValueId> result;
    for (ValueId id : node.inputs)
        if (id.valid()) result.push_back(id);
    for (const GraphPtr& body : bodies(node))
        for (ValueId id : body->captures)
            if (const ValueId outer = graph.find(body->value(id).name); outer.valid()) result.push_back(outer);
    return result;
}

}  // namespace lathe
