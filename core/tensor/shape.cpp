// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/shape.h"

#include <algorithm>

#include "core/base/checked.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {

bool Shape::isStatic() const
{
    return std::all_of(m_dims.begin(), m_dims.end(), [](std::int64_t dim) { return dim >= 0; });
}

std::int64_t Shape::elements() const
{
    return elements(0, rank());
}

std::int64_t Shape::elements(int from, int to) const
{
    std::int64_t count = 1;
    for (int axis = from; axis < to; ++axis) {
        if ((*this)[axis] < 0)
            throw Error(ErrorCode::shapeUnknown, "", {{"value", text()}});
        const auto product = checkedMul(count, (*this)[axis]);
        if (!product)
            throw Error(ErrorCode::tooLarge, "",
                        {{"what", "A tensor of shape " + text()},
                         {"needed", "more elements than can be counted"},
                         {"limit", std::to_string(INT64_MAX)}});
        count = *product;
    }
    return count;
}

std::vector<std::int64_t> Shape::strides() const
{
    std::vector<std::int64_t> result(m_dims.size());
    for (int axis = 0; axis < rank(); ++axis)
        result[static_cast<std::size_t>(axis)] = elements(axis + 1, rank());
    return result;
}

std::string Shape::text() const
{
    if (m_dims.empty())
        return "scalar";
    std::string result;
    for (std::size_t i = 0; i < m_dims.size(); ++i) {
        if (i)
            result += 'x';
        result += m_dims[i] < 0 ? "?" : std::to_string(m_dims[i]);
    }
    return result;
}

Shape Shape::parse(std::string_view text)
{
    if (text == "scalar")
        return {};
    std::vector<std::int64_t> dims;
    for (const std::string& part : splitText(text, 'x')) {
        const std::int64_t dim = part == "?" ? unknown : parseInteger(part, text);
        if (dim < 0 && part != "?")
            throw Error(ErrorCode::invalidArgument, std::string(text),
                        {{"what", "A dimension cannot be negative."}});
        dims.push_back(dim);
    }
    return Shape(std::move(dims));
}

int normalizeAxis(std::int64_t axis, int rank)
{
    if (axis < -rank || axis >= rank)
        throw Error(ErrorCode::invalidArgument, "",
                    {{"what", "The axis " + std::to_string(axis) + " is outside a shape of rank " +
                                  std::to_string(rank) + "."}});
    return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Shape broadcast(const Shape& a, const Shape& b)
{
    const int rank = std::max(a.rank(), b.rank());
    std::vector<std::int64_t> dims(static_cast<std::size_t>(rank));
    for (int i = 0; i < rank; ++i) {
        const int inA = i - (rank - a.rank());
        const int inB = i - (rank - b.rank());
        const std::int64_t da = inA < 0 ? 1 : a[inA];
        const std::int64_t db = inB < 0 ? 1 : b[inB];
        std::int64_t& dim = dims[static_cast<std::size_t>(i)];
        if (da == db || db == 1) {
            dim = da;
        } else if (da == 1) {
            dim = db;
        } else if (da == Shape::unknown || db == Shape::unknown) {
            dim = std::max(da, db);
        } else {
            throw Error(ErrorCode::shapeMismatch, "",
                        {{"actual", b.text()}, {"expected", "a shape that fits " + a.text()}});
        }
    }
    return Shape(std::move(dims));
}

} // namespace lathe
