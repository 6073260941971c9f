// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/lookup.h"

namespace lathe {

int opsetOf(const Graph& graph)
{
    const auto found = graph.opsets.find("");
    return found == graph.opsets.end() ? 13 : found->second;
}

ValueId valueNamed(const Graph& graph, const std::string& name)
{
    const ValueId id = graph.find(name);
    if (!id.valid())
        throw Error(ErrorCode::unknownName, name,
                    {{"kind", "value"}, {"name", name}, {"known", "the values of the graph"}});
    return id;
}

} // namespace lathe
