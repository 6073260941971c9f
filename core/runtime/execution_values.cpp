// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include "core/runtime/code_math.h"
#include "core/runtime/execution_impl.h"
#include "core/runtime/strided_copy.h"

namespace lathe {

namespace {

std::size_t elementsOf(const Storage& storage)
{
    return static_cast<std::size_t>(storage.bytes) / sizeof(float);
}

bool sameNumbers(const Encoding* a, const Encoding* b)
{
    return a == b || (a && b && CodeGrid::of(*a) == CodeGrid::of(*b));
}

std::string inputNames(const Plan& plan)
{
    std::string names;
    for (const ValueId id : plan.graph.inputs)
        names += (names.empty() ? "" : ", ") + plan.graph.value(id).name;
    return names;
}

}

Operand Execution::Impl::operand(int storage) const
{
    const Storage& place = m_plan->storages[static_cast<std::size_t>(storage)];
    if (place.constant)
        return {const_cast<std::byte*>(m_state->constants[static_cast<std::size_t>(storage)].bytes().data()), nullptr};
    return {m_arena.data() + place.offset, m_state->codes[static_cast<std::size_t>(place.value.index)]};
}

std::span<float> Execution::Impl::reals(int storage) const
{
    const Storage& place = m_plan->storages[static_cast<std::size_t>(storage)];
    return {reinterpret_cast<float*>(m_arena.data() + place.offset), elementsOf(place)};
}

/// Replaces codes by real numbers in scratch memory; returns the room that is left.
std::byte* Execution::Impl::makeReal(Operand& operand, int storage, std::byte* room) const
{
    const Storage& place = m_plan->storages[static_cast<std::size_t>(storage)];
    auto* target = reinterpret_cast<float*>(room);
    codesToReals({operand.floats(), elementsOf(place)}, target, operand.codes->scale[0]);
    operand = {room, nullptr};
    return room + (static_cast<std::size_t>(place.bytes) + 63) / 64 * 64;
}

/// Brings a value that was just written, held as codes of `held` or as real numbers, into the form that the binding wants.
void Execution::Impl::settle(int storage, const Encoding* held)
{
    const Storage& place = m_plan->storages[static_cast<std::size_t>(storage)];
    if (m_plan->valueOf(place).dtype != DType::float32)
        return;
    const Encoding* wanted = m_state->codes[static_cast<std::size_t>(place.value.index)];
    if (held && sameNumbers(held, wanted))
        return;
    const std::span<float> values = reals(storage);
    if (held)
        codesToReals(values, values.data(), held->scale[0]);
    if (wanted) {
        count(place.value, realsToCodes(values, values.data(), CodeGrid::of(*wanted)));
        return;
    }
    const auto entry = m_state->active(place.value, Slot::Kind::activation);
    if (!entry)
        return;
    const Encoding& encoding = entry->encoding();
    if (!entry->integer())
        count(place.value, encoding.format.hasScale() || encoding.format.isDynamic()
                               ? fakeQuantizeBlock(values, encoding, 0)
                               : roundToHalf(values, encoding.format.kind));
    else if (!encoding.perChannel())
        count(place.value, roundToGrid(values, CodeGrid::of(encoding)));
    else
        count(place.value, roundToGrids(values, encoding,
                                        stridesOf(m_plan->shape(place.value), place.layout)[static_cast<std::size_t>(encoding.axis)]));
}

void Execution::Impl::count(ValueId id, std::int64_t clipped)
{
    const int slot = m_plan->slotOf(id, Slot::Kind::activation);
    if (slot >= 0)
        m_clipped[static_cast<std::size_t>(slot)] = clipped;
}

namespace {

/// What bytes in `layout` stand for.
std::vector<float> rowMajorReals(const std::vector<float>& codes, const Shape& shape, Layout layout, const Encoding& grid)
{
    std::vector<float> reals(codes.size());
    StridedCopy(shape.dims(), stridesOf(shape, layout), stridesOf(shape, Layout::plain))
        .run(reinterpret_cast<const std::byte*>(codes.data()), reinterpret_cast<std::byte*>(reals.data()), sizeof(float));
    for (float& real : reals)
        real = (real - static_cast<float>(grid.zeroPoint[0])) * grid.scale[0];
    return reals;
}

}

/// Hands a value to its tap: real numbers, row-major.
void Execution::Impl::show(int storage, const Tap& tap)
{
    const Storage& place = m_plan->storages[static_cast<std::size_t>(storage)];
    const Value& value = m_plan->valueOf(place);
    const Shape& shape = *value.shape;
    if (value.dtype != DType::float32) {
        const std::span<const std::byte> bytes(m_arena.data() + place.offset, static_cast<std::size_t>(place.bytes));
        std::vector<float> values = Tensor::view(value.dtype, shape, bytes, nullptr).toFloats();
        if (const auto grid = m_plan->byteGrids.find(value.name); grid != m_plan->byteGrids.end())
            values = rowMajorReals(values, shape, place.layout, grid->second);
        tap({value.name, shape, values});
        return;
    }
    const Encoding* codes = m_state->codes[static_cast<std::size_t>(place.value.index)];
    std::span<const float> values = reals(storage);
    const bool plain = sameOrder(shape, place.layout, Layout::plain);
    constexpr int channelAxis = 1;
    if (!plain && !codes && m_plan->options.tapInPlace && value.channelAxis == channelAxis) {
        tap({value.name, shape, values, true});
        return;
    }
    if (!plain || codes) {
        m_shown.reserve(static_cast<std::size_t>(place.bytes));
        auto* shown = reinterpret_cast<float*>(m_shown.data());
        if (!plain)
            StridedCopy(shape.dims(), stridesOf(shape, place.layout), stridesOf(shape, Layout::plain))
                .run(reinterpret_cast<const std::byte*>(values.data()), m_shown.data(), sizeof(float));
        if (codes)
            codesToReals(plain ? values : std::span<const float>(shown, values.size()), shown, codes->scale[0]);
        values = {shown, values.size()};
    }
    tap({value.name, shape, values});
}

/// Copies the given tensors to where they are read from: graph inputs, or what is live before a later step.
void Execution::Impl::importValues(int firstStep, const TensorMap& given, const TapTable& taps)
{
    std::map<std::string_view, std::vector<int>> wanted;
    for (std::size_t i = 0; i < m_plan->storages.size(); ++i) {
        const Storage& storage = m_plan->storages[i];
        const bool input = firstStep == 0 && storage.written < 0;
        const bool live = storage.written < firstStep && storage.lastRead >= firstStep;
        if (!storage.constant && (input || live))
            wanted[m_plan->valueOf(storage).name].push_back(static_cast<int>(i));
    }
    for (const auto& [name, tensor] : given)
        if (!wanted.contains(name))
            throw Error(ErrorCode::inputUnknown, name, {{"input", name}, {"inputs", inputNames(*m_plan)}});
    for (const auto& [name, storages] : wanted) {
        const auto tensor = given.find(std::string(name));
        if (tensor == given.end())
            throw Error(ErrorCode::inputMissing, std::string(name),
                        {{"input", std::string(name)}, {"inputs", inputNames(*m_plan)}});
        const ValueId id = m_plan->storages[static_cast<std::size_t>(storages.front())].value;
        DType expected = m_plan->graph.value(id).dtype;
        for (std::size_t i = 0; i < m_plan->graph.inputs.size(); ++i)
            if (m_plan->graph.inputs[i] == id && firstStep == 0)
                expected = m_plan->inputTypes[i];
        importValue(storages, tensor->second, expected, taps);
    }
}

void Execution::Impl::importValue(const std::vector<int>& storages, const Tensor& tensor, DType expected, const TapTable& taps)
{
    const ValueId id = m_plan->storages[static_cast<std::size_t>(storages.front())].value;
    const Value& value = m_plan->graph.value(id);
    if (tensor.dtype() != expected)
        throw Error(ErrorCode::dtypeMismatch, value.name,
                    {{"actual", std::string(dtypeName(tensor.dtype()))}, {"expected", std::string(dtypeName(expected))}});
    if (tensor.shape() != *value.shape)
        throw Error(ErrorCode::shapeMismatch, value.name,
                    {{"actual", tensor.shape().text()}, {"expected", value.shape->text()}});
    const Tensor held = tensor.dtype() == value.dtype ? tensor : tensor.converted(value.dtype);
    for (const int index : storages) {
        const Storage& storage = m_plan->storages[static_cast<std::size_t>(index)];
        StridedCopy(value.shape->dims(), stridesOf(*value.shape, Layout::plain), stridesOf(*value.shape, storage.layout))
            .run(held.bytes().data(), m_arena.data() + storage.offset, dtypeSize(value.dtype));
        settle(index, nullptr);
    }
    if (const auto tap = taps.find(id); tap != taps.end())
        show(storages.front(), *tap->second);
}

TensorMap Execution::Impl::exportOutputs()
{
    TensorMap result;
    for (std::size_t i = 0; i < m_plan->outputStorages.size(); ++i) {
        const int index = m_plan->outputStorages[i];
        const Storage& storage = m_plan->storages[static_cast<std::size_t>(index)];
        const Value& value = m_plan->valueOf(storage);
        Tensor tensor;
        if (storage.constant) {
            tensor = m_state->constants[static_cast<std::size_t>(index)];
        } else {
            tensor = Tensor(value.dtype, *value.shape);
            const Operand held = operand(index);
            if (held.codes)
                codesToReals(reals(index), tensor.mutableData<float>().data(), held.codes->scale[0]);
            else if (storage.bytes > 0)
                std::memcpy(tensor.mutableBytes().data(), held.data, static_cast<std::size_t>(storage.bytes));
        }
        const DType stated = m_plan->outputTypes[i];
        result[value.name] = tensor.dtype() == stated ? tensor : tensor.converted(stated);
    }
    return result;
}

}
