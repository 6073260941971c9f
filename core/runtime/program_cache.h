// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/runtime/program.h"
#include "core/runtime/slot_entry.h"

namespace lathe {

/// Programs of one graph for different input shapes, the last used ones; shared by threads.
class ProgramCache
{
public:
    using Make = std::function<std::shared_ptr<const Program>()>;

    /// The program for inputs of these types and shapes; `make` compiles one that is not there.
    std::shared_ptr<const Program> get(std::span<const Tensor> inputs, const Make& make) const;

private:
    struct Entry {
        std::vector<std::pair<DType, Shape>> key;
        std::shared_ptr<const Program> program;
    };

    mutable std::mutex m_mutex;
    mutable std::list<Entry> m_entries;   ///< the last used one first
};

/// One thread's executions of programs that run inside another one: the last used ones.
class NestedExecutions
{
public:
    struct Nested {
        std::shared_ptr<const Program> program;
        Execution execution;
        Binding binding;
        std::vector<std::shared_ptr<const SlotEntry>>
            outer; ///< by slot: what `binding` took over from the outer program
    };

    /// `precision`: nothing leaves the program as its graph says.
    Nested& get(const std::shared_ptr<const Program>& program, std::optional<Precision> precision);

private:
    std::list<Nested> m_entries;
};

/// Options for a graph that is a part of another one.
CompileOptions nestedOptions(const CompileOptions& options);

/// The graph with types and shapes of its inputs as the tensors have them.
Graph withInputsLike(const Graph& graph, std::span<const Tensor> inputs);

}
