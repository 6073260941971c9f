// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

/// Dimensions, outermost first. -1 is a dimension not known yet (dynamic).
class Shape {
public:
    static constexpr std::int64_t unknown = -1;

    Shape() = default;
    Shape(std::initializer_list<std::int64_t> dims) : m_dims(dims) {}
    explicit Shape(std::vector<std::int64_t> dims) : m_dims(std::move(dims)) {}

    int rank() const { return static_cast<int>(m_dims.size()); }
    std::int64_t operator[](int axis) const { return m_dims[static_cast<std::size_t>(axis)]; }
    std::int64_t& operator[](int axis) { return m_dims[static_cast<std::size_t>(axis)]; }
    const std::vector<std::int64_t>& dims() const { return m_dims; }
    auto begin() const { return m_dims.begin(); }
    auto end() const { return m_dims.end(); }
    bool operator==(const Shape&) const = default;

    bool isStatic() const;
    /// Number of elements; throws Error{tooLarge} on overflow and Error{shapeUnknown} for a dynamic shape.
    std::int64_t elements() const;
    /// Product of dims [from, to), as elements().
    std::int64_t elements(int from, int to) const;
    /// Row-major strides in elements.
    std::vector<std::int64_t> strides() const;
    /// "1x3x224x224"; "?" for an unknown dimension, "scalar" for rank 0.
    std::string text() const;
    /// Reads text() back; throws Error{invalidArgument}.
    static Shape parse(std::string_view text);

private:
    std::vector<std::int64_t> m_dims;
};

/// `axis` counted from the end when negative; throws Error{invalidArgument} outside [-rank, rank).
int normalizeAxis(std::int64_t axis, int rank);
/// Numpy broadcasting; an unknown dimension stays unknown unless the other side fixes it. Throws Error{shapeMismatch}.
Shape broadcast(const Shape& a, const Shape& b);

}  // namespace lathe
