// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace lathe {

/// A dense row-major array. Copies share storage; data is written only through mutableData(), which first makes the
/// storage its own (copy on write), so a shared or mapped tensor never changes under another owner.
class Tensor {
public:
    Tensor() = default;
    /// Zero-filled, 64-byte aligned. Throws Error{tooLarge, outOfMemory}.
    Tensor(DType type, Shape shape);

    /// A view of memory that `owner` keeps alive (a mapped file, an arena). Throws Error{shapeMismatch} when too short.
    static Tensor view(DType type, Shape shape, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
    template <typename T> static Tensor of(Shape shape, std::span<const T> values);
    template <typename T> static Tensor of(Shape shape, std::initializer_list<T> values) {
        return of<T>(std::move(shape), std::span<const T>(values.begin(), values.size()));
    }
    template <typename T> static Tensor scalar(T value) { return of<T>(Shape{}, std::span<const T>(&value, 1)); }
    static Tensor strings(Shape shape, std::vector<std::string> values);

    bool empty() const { return m_type == DType::undefined; }  ///< no tensor at all (an omitted operand)
    DType dtype() const { return m_type; }
    const Shape& shape() const { return m_shape; }
    std::int64_t elements() const { return m_elements; }
    std::int64_t byteSize() const { return m_elements * dtypeSize(m_type); }

    std::span<const std::byte> bytes() const;
    std::span<std::byte> mutableBytes();
    /// Throws Error{dtypeMismatch} when T is not the element type (int2/int4 read as int8_t, uint2/uint4 as uint8_t).
    template <typename T> std::span<const T> data() const;
    template <typename T> std::span<T> mutableData();
    const std::vector<std::string>& stringData() const;

    /// The same elements under another shape; throws Error{shapeMismatch} when the counts differ.
    Tensor reshaped(Shape shape) const;
    /// Element-wise conversion, numpy rules (float to integer truncates, saturating); identity shares storage.
    Tensor converted(DType type) const;
    /// The value of element `index` as double, any numeric type.
    double at(std::int64_t index) const;
    /// All elements as int64 (for shapes and axes); throws Error{dtypeMismatch} for float types.
    std::vector<std::int64_t> toIntegers() const;
    /// All elements as float32.
    std::vector<float> toFloats() const;
    /// SHA-256 of type, shape and bytes.
    Digest digest() const;

private:
    void expectType(DType wanted) const;

    DType m_type = DType::undefined;
    Shape m_shape;
    std::int64_t m_elements = 0;
    std::shared_ptr<const void> m_owner;
    std::byte* m_bytes = nullptr;
    bool m_writable = false;  ///< owns heap storage (still copied on write when shared)
    std::shared_ptr<const std::vector<std::string>> m_strings;
};

/// The elements as 8-bit floats; `saturate` as toFloat8() has it (converted() always saturates).
Tensor roundedToFloat8(const Tensor& tensor, DType type, bool saturate);

/// True when the element types, shapes and bytes are the same.
bool identical(const Tensor& a, const Tensor& b);

template <typename T>
std::span<const T> Tensor::data() const {
    expectType(DTypeOf<T>::value);
    return {reinterpret_cast<const T*>(m_bytes), static_cast<std::size_t>(m_elements)};
}

template <typename T>
std::span<T> Tensor::mutableData() {
    expectType(DTypeOf<T>::value);
    const auto raw = mutableBytes();
    return {reinterpret_cast<T*>(raw.data()), static_cast<std::size_t>(m_elements)};
}

template <typename T>
Tensor Tensor::of(Shape shape, std::span<const T> values) {
    Tensor result(DTypeOf<T>::value, std::move(shape));
    if (result.elements() != static_cast<std::int64_t>(values.size()))
        throw Error(ErrorCode::shapeMismatch, "tensor",
                    {{"actual", std::to_string(values.size()) + " values"}, {"expected", result.shape().text()}});
    std::copy(values.begin(), values.end(), result.mutableData<T>().begin());
    return result;
}

}  // namespace lathe
