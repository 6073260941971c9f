// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "core/runtime/binding_state.h"
#include "core/runtime/program_impl.h"

namespace lathe {

/// Memory aligned to cache lines that only grows.
class AlignedBuffer
{
public:
    void reserve(std::size_t bytes);
    std::byte* data() const { return m_data.get(); }

private:
    struct Free {
        void operator()(std::byte* p) const { std::free(p); }
    };
    std::unique_ptr<std::byte, Free> m_data;
    std::size_t m_bytes = 0;
};

struct Execution::Impl {
public:
    explicit Impl(std::shared_ptr<const Program> program);

    const Plan& plan() const { return *m_plan; }
    std::int64_t clipped(int slot) const;
    TensorMap run(int firstStep, const TensorMap& inputs, const Binding& binding, const Control& control,
                  const TapMap& taps, std::int64_t* stepNs = nullptr);

private:
    using TapTable = std::map<ValueId, const Tap*>;

    void runLatePart(TensorMap& values, const Control& control);
    const TapMap* nestedTaps() const { return m_nested.empty() ? nullptr : &m_nested; }
    TapTable tapsByValue(const TapMap& taps);
    void runStep(std::size_t index, const Control& control, const TapTable& taps);
    std::int64_t timedStep(std::size_t index, const Control& control, const TapTable& taps);

    // execution_values.cpp
    Operand operand(int storage) const;
    std::span<float> reals(int storage) const;
    std::byte* makeReal(Operand& operand, int storage, std::byte* room) const;
    void settle(int storage, const Encoding* held);
    void count(ValueId id, std::int64_t clipped);
    void show(int storage, const Tap& tap);
    void importValues(int firstStep, const TensorMap& given, const TapTable& taps);
    void importValue(const std::vector<int>& storages, const Tensor& tensor, DType expected, const TapTable& taps);
    TensorMap exportOutputs();

    std::shared_ptr<const Program> m_program;
    std::shared_ptr<const Plan> m_plan;
    const Binding::State* m_state = nullptr;   ///< during run()
    AlignedBuffer m_arena, m_scratch, m_shown;
    std::vector<std::unique_ptr<KernelState>> m_states;
    LatePart::State m_late;
    TapMap m_nested; ///< during run(): taps of what other programs run
    std::vector<Operand> m_inputs, m_outputs;
    std::vector<std::int64_t> m_clipped;       ///< by slot
};

}
