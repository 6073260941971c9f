// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/tensor/shape.h"

namespace lathe {

/// The lines of a tensor along one axis.
struct Lines {
    std::int64_t count, length, inner;

    Lines(const Shape& shape, int axis)
        : count(shape.elements(0, axis) * shape.elements(axis + 1, shape.rank())), length(shape[axis]),
          inner(shape.elements(axis + 1, shape.rank()))
    {
    }
    /// Flat index of element k of a line in a tensor whose axis has `size` elements.
    std::size_t at(std::int64_t line, std::int64_t k, std::int64_t size) const
    {
        return static_cast<std::size_t>((line / inner * size + k) * inner + line % inner);
    }
};

}
