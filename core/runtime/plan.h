// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/kernel.h"

namespace lathe {

/// A value in one layout: where its elements lie.
struct Storage {
    ValueId value;
    Layout layout = Layout::plain;
    std::int64_t bytes = 0;
    bool constant = false;      ///< held by the binding, not in the arena
    int written = -1;           ///< step that writes it; -1: before the first one
    int lastRead = -1;          ///< step that reads it last; stepCount: a graph output
    int root = -1;              ///< storage whose memory it lies in (itself, or one it shares with)
    std::int64_t offset = -1;   ///< in the arena, of the root's memory
};

struct Step {
    std::string label;
    std::unique_ptr<const Kernel> kernel;
    std::vector<int> inputs;     ///< storages
    std::vector<int> outputs;
    bool reorder = false;        ///< brings a value into another layout
    int threads = 1;             ///< that it is prepared for and runs on
};

/// All that Program::compile found out; immutable. Bindings keep it alive.
struct Plan {
    Graph graph;
    CompileOptions options;
    std::vector<Slot> slotList;
    std::map<std::string, int> aliases;
    std::map<std::string, Encoding> byteGrids;       ///< by value name: how bytes are read as numbers
    std::map<std::string, std::string> otherNames;   ///< of values, for taps
    std::map<std::string, std::string> notes;        ///< by output name: why integer kernels do not compute it
    std::vector<int> activationSlot;    ///< by value; -1: none
    std::vector<int> weightSlot;
    std::vector<Storage> storages;
    std::vector<Step> steps;
    std::vector<int> inputStorages;     ///< of the graph inputs
    std::vector<int> outputStorages;
    std::vector<DType> inputTypes;      ///< as the model states them: 16-bit floats are float32 inside
    std::vector<DType> outputTypes;
    std::vector<KernelChoice> choices;
    std::int64_t arenaBytes = 0;
    std::size_t scratchBytes = 0;       ///< largest need of a kernel

    const Shape& shape(ValueId id) const { return *graph.value(id).shape; }
    const Value& valueOf(const Storage& storage) const { return graph.value(storage.value); }
    int slotOf(ValueId id, Slot::Kind kind) const
    {
        return (kind == Slot::Kind::activation ? activationSlot : weightSlot)[static_cast<std::size_t>(id.index)];
    }
};

/// Kernels, reorders and storages for the graph of `plan`. Throws Error{unsupportedOperator}.
void lowerGraph(Plan& plan, const Control& control);

/// The value that a tap on `name` sees, invalid when no kernel writes it. Names of codes stand for their value.
ValueId tappedValue(const Plan& plan, std::string_view name);

/// Gives every storage its place: largest first, each at the lowest offset where nothing lies that lives at the same
/// time. Returns the bytes needed.
std::int64_t planMemory(std::vector<Storage>& storages);

}
