// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/packing.h"

namespace lathe {

std::size_t packedSize(std::int64_t elements, int bits) {
    const auto perByte = 8 / bits;
    return static_cast<std::size_t>(elements / perByte + (elements % perByte != 0));
}

Bytes packElements(const Tensor& tensor) {
    const auto source = tensor.bytes();
    const int bits = dtypeBits(tensor.dtype());
    if (bits >= 8) return {source.begin(), source.end()};
    Bytes result(packedSize(tensor.elements(), bits));
    const std::size_t perByte = 8 / static_cast<std::size_t>(bits);
    const auto mask = static_cast<std::byte>((1 << bits) - 1);
    for (std::size_t i = 0; i < source.size(); ++i)
        result[i / perByte] |= (source[i] & mask) << (i % perByte * static_cast<std::size_t>(bits));
    return result;
}

Tensor unpackElements(DType type, const Shape& shape, std::span<const std::byte> bytes) {
    const int bits = dtypeBits(type);
    const std::int64_t elements = shape.elements();
    if (bytes.size() < packedSize(elements, bits))
        throw Error(ErrorCode::shapeMismatch, "",
                    {{"actual", std::to_string(bytes.size()) + " bytes"}, {"expected", shape.text()}});
    Tensor result(type, shape);
    const auto target = result.mutableBytes();
    const auto perByte = static_cast<std::size_t>(8 / bits);
    for (std::size_t i = 0; i < target.size(); ++i) {
        const int code = std::to_integer<int>(bytes[i / perByte]) >> (i % perByte * static_cast<std::size_t>(bits)) & ((1 << bits) - 1);
        const bool negative = isSigned(type) && code >> (bits - 1) != 0;
        target[i] = static_cast<std::byte>(negative ? code - (1 << bits) : code);
    }
    return result;
}

}  // namespace lathe
