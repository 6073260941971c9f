// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/strided.h"

#include <array>
#include <cstring>

#include "core/ops/broadcast.h"

namespace lathe {

namespace {

/// Calls fn with a value of an unsigned type as wide as an element.
template <typename Fn> void visitStorage(DType type, Fn&& fn)
{
    switch (dtypeSize(type)) {
    case 1: return fn(std::uint8_t{});
    case 2: return fn(std::uint16_t{});
    case 4: return fn(std::uint32_t{});
    case 8: return fn(std::uint64_t{});
    default:
        throw Error(ErrorCode::dtypeMismatch, "tensor",
                    {{"actual", std::string(dtypeName(type))}, {"expected", "a numeric type"}});
    }
}

Tensor stridedStrings(const Tensor& input, const Shape& shape, const std::vector<std::int64_t>& strides,
                      std::int64_t offset)
{
    std::vector<std::string> values(static_cast<std::size_t>(shape.elements()));
    const std::vector<std::string>& from = input.stringData();
    forEachStrided(shape, std::array{strides}, [&](std::int64_t i, const auto& at) {
        values[static_cast<std::size_t>(i)] = from[static_cast<std::size_t>(offset + at[0])];
    });
    return Tensor::strings(shape, std::move(values));
}

}

Tensor stridedCopy(const Tensor& input, const Shape& shape, const std::vector<std::int64_t>& strides,
                   std::int64_t offset)
{
    if (input.dtype() == DType::string)
        return stridedStrings(input, shape, strides, offset);
    Tensor output(input.dtype(), shape);
    const std::byte* from = input.bytes().data();
    std::byte* to = output.mutableBytes().data();
    visitStorage(input.dtype(), [&](auto storage) {
        constexpr std::size_t size = sizeof(storage);
        forEachStrided(shape, std::array{strides}, [&](std::int64_t i, const auto& at) {
            std::memcpy(to + static_cast<std::size_t>(i) * size, from + static_cast<std::size_t>(offset + at[0]) * size,
                        size);
        });
    });
    return output;
}

Tensor gatherElements(const Tensor& input, const Shape& shape, const std::function<std::int64_t(std::int64_t)>& source)
{
    const std::int64_t count = shape.elements();
    if (input.dtype() == DType::string) {
        std::vector<std::string> values;
        for (std::int64_t i = 0; i < count; ++i)
            values.push_back(input.stringData()[static_cast<std::size_t>(source(i))]);
        return Tensor::strings(shape, std::move(values));
    }
    Tensor output(input.dtype(), shape);
    const std::byte* from = input.bytes().data();
    std::byte* to = output.mutableBytes().data();
    visitStorage(input.dtype(), [&](auto storage) {
        constexpr std::size_t size = sizeof(storage);
        for (std::int64_t i = 0; i < count; ++i)
            std::memcpy(to + static_cast<std::size_t>(i) * size, from + static_cast<std::size_t>(source(i)) * size, size);
    });
    return output;
}

void copyElements(const Tensor& input, std::int64_t from, Tensor& output, std::int64_t to, std::int64_t count)
{
    const auto size = static_cast<std::size_t>(dtypeSize(input.dtype()));
    if (count > 0)
        std::memcpy(output.mutableBytes().data() + static_cast<std::size_t>(to) * size,
                    input.bytes().data() + static_cast<std::size_t>(from) * size, static_cast<std::size_t>(count) * size);
}

Tensor transposed(const Tensor& input, const std::vector<int>& perm)
{
    const std::vector<std::int64_t> own = input.shape().strides();
    std::vector<std::int64_t> dims, strides;
    for (const int axis : perm) {
        dims.push_back(input.shape()[axis]);
        strides.push_back(own[static_cast<std::size_t>(axis)]);
    }
    return stridedCopy(input, Shape(std::move(dims)), strides);
}

Tensor filled(const Shape& shape, const Tensor& value)
{
    return stridedCopy(value, shape, std::vector<std::int64_t>(static_cast<std::size_t>(shape.rank()), 0));
}

}
