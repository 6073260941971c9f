// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lathe {

/// A copy between two strided arrays: element at an index goes from source + sum(index * sourceStrides) to
/// target + sum(index * targetStrides). Serves every operator that moves elements, and changes of layout.
/// Axes are sorted and merged once, so that the inner loops run over whole rows, or over tiles where the copy
/// transposes.
class StridedCopy
{
public:
    StridedCopy() = default;
    /// Strides in elements; zero strides of the source repeat elements, negative ones reverse.
    StridedCopy(std::vector<std::int64_t> dims, std::vector<std::int64_t> sourceStrides,
                std::vector<std::int64_t> targetStrides);

    /// `elementSize`: 1, 2, 4 or 8 bytes.
    void run(const std::byte* source, std::byte* target, int elementSize) const;

private:
    struct Axis
    {
        std::int64_t size, source, target;
    };
    template <typename T>
    void runTyped(const T* source, T* target) const;
    template <typename T>
    void runLevel(std::size_t level, const T* source, T* target) const;
    template <typename T>
    void copyTile(const T* source, T* target, std::int64_t rows, std::int64_t columns) const;

    std::vector<Axis> m_outer; ///< outermost first
    Axis m_rows{1, 0, 0};      ///< the last two loops
    Axis m_columns{1, 1, 1};
    bool m_empty = true;
};

}
