// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// A graph edit as a value: new constants and nodes, uses to redirect, nodes to drop. Applied by applyPatch().
/// Values are named, so that a patch can refer to what it makes itself. The steps apply in this order: producers are
/// dropped, constants set (also on a value whose producer was dropped), old uses redirected, values renamed (onto a
/// value without producer: the two become one), new nodes added (their names are those after renaming).
struct Patch {
    struct NewNode {
        std::string name;
        std::string op;
        std::string domain;
        std::vector<std::string> inputs;   ///< "" = omitted
        std::vector<std::string> outputs;
        Attributes attributes;
    };

    std::string label;                                            ///< the pass and why, for messages
    std::vector<std::pair<std::string, Tensor>> constants;        ///< new constants, or new content of existing ones
    std::vector<NewNode> nodes;
    std::vector<std::pair<std::string, std::string>> redirects;   ///< uses of first (graph outputs too) become second
    std::vector<std::pair<std::string, std::string>> renames;     ///< old name, new name: keeps layer ids stable
    std::vector<std::string> dropProducers;                       ///< drop the nodes that write these values

    bool empty() const {
        return constants.empty() && nodes.empty() && redirects.empty() && renames.empty() && dropProducers.empty();
    }
};

/// Applies the patch, compacts and validates. A graph output keeps its name: when its producer is dropped or its value
/// renamed, a new node may write a value of that same name; only a redirect, or a rename without such a node, moves it.
/// Throws Error{modelInvalid} naming the patch's label; the graph is then unchanged.
void applyPatch(Graph& graph, const Patch& patch);

}  // namespace lathe
