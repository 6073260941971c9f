// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>

#include "core/base/parallel.h"
#include "core/graph/graph.h"

namespace lathe {
namespace {

struct FeedAttribute {
    Hasher& hasher;

    void operator()(std::int64_t value) const { hasher.integer(value); }
    void operator()(float value) const { hasher.real(value); }
    void operator()(const std::string& value) const { hasher.text(value); }
    void operator()(const Tensor& value) const { hasher.digest(value.digest()); }
    void operator()(const GraphPtr& value) const { hasher.digest(value ? value->digest() : Digest{}); }
    template <typename T>
    void operator()(const std::vector<T>& values) const {
        hasher.integer(static_cast<std::int64_t>(values.size()));
        for (const T& value : values) (*this)(value);
    }
};

void feedNames(Hasher& hasher, const Graph& graph, const std::vector<ValueId>& ids) {
    hasher.integer(static_cast<std::int64_t>(ids.size()));
    for (ValueId id : ids) hasher.text(id.valid() ? graph.value(id).name : std::string());
}

void feedType(Hasher& hasher, const Value& value) {
    hasher.text(dtypeName(value.dtype)).integer(value.shape ? value.shape->rank() : -1);
    if (value.shape)
        for (std::int64_t dim : *value.shape) hasher.integer(dim);
}

/// Of each, on all cores where they are large.
std::vector<Digest> digestsOf(const std::vector<const Tensor*>& tensors) {
    constexpr std::int64_t worthThreads = std::int64_t{1} << 22;
    const std::int64_t bytes = std::accumulate(tensors.begin(), tensors.end(), std::int64_t{0},
                                               [](std::int64_t sum, const Tensor* tensor) { return sum + tensor->byteSize(); });
    std::vector<Digest> digests(tensors.size());
    parallelFor(static_cast<std::int64_t>(tensors.size()), bytes < worthThreads ? 1 : hardwareThreads(), {},
                [&](std::int64_t i, int) { digests[static_cast<std::size_t>(i)] = tensors[static_cast<std::size_t>(i)]->digest(); });
    return digests;
}

}  // namespace

// Node names, documentation and inferred shapes are left out: they do not change what is computed or what it is called.
Digest Graph::digest() const {
    Hasher hasher;
    hasher.integer(static_cast<std::int64_t>(opsets.size()));
    for (const auto& [domain, version] : opsets) hasher.text(domain).integer(version);
    feedNames(hasher, *this, inputs);
    for (ValueId id : inputs) feedType(hasher, value(id));
    feedNames(hasher, *this, outputs);
    feedNames(hasher, *this, captures);
    std::vector<const std::string*> names;
    std::vector<const Tensor*> constants;
    for (const auto& [key, index] : m_byName) {  // by name, so that the order of addition does not matter
        const Value& constant = m_values[static_cast<std::size_t>(index)];
        if (!constant.isConstant()) continue;
        names.push_back(&key);
        constants.push_back(&constant.constant);
    }
    const std::vector<Digest> digests = digestsOf(constants);
    for (std::size_t i = 0; i < digests.size(); ++i) hasher.text(*names[i]).digest(digests[i]);
    hasher.integer(static_cast<std::int64_t>(m_nodes.size()));
    for (const Node& node : m_nodes) {
        hasher.text(node.domain).text(node.op);
        feedNames(hasher, *this, node.inputs);
        feedNames(hasher, *this, node.outputs);
        hasher.integer(static_cast<std::int64_t>(node.attributes.size()));
        for (const auto& [key, attribute] : node.attributes) {
            hasher.text(key);
            hasher.integer(static_cast<std::int64_t>(attribute.index()));
            std::visit(FeedAttribute{hasher}, attribute);
        }
    }
    return hasher.finish();
}

}  // namespace lathe
