// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// Axes are named by letters; those that "..." stands for get numbers from 0 for the innermost one.
using Label = int;
using Labels = std::vector<Label>;

constexpr Label ellipsisEnd = 64;  ///< letters are above, axes of an ellipsis below

/// One operand's part of the equation; `hasEllipsis` tells that unnamed axes stand before label `ellipsisAt`.
struct Term {
    Labels letters;
    bool hasEllipsis = false;
    std::size_t ellipsisAt = 0;
};

struct Equation {
    std::vector<Term> inputs;
    Term output;
    bool hasOutput = false;
};

Term parseTerm(const Node& node, std::string_view text)
{
    Term term;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ' ')
            continue;
        if (text.substr(i, 3) == "..." && !term.hasEllipsis) {
            term.hasEllipsis = true;
            term.ellipsisAt = term.letters.size();
            i += 2;
        } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            term.letters.push_back(c);
        } else {
            failOperator(node, "the equation cannot be read at \"" + std::string(text.substr(i, 8)) + "\"");
        }
    }
    return term;
}

Equation parseEquation(const Node& node)
{
    std::string text = node.text("equation", "");
    Equation equation;
    if (const std::size_t arrow = text.find("->"); arrow != std::string::npos) {
        equation.hasOutput = true;
        equation.output = parseTerm(node, std::string_view(text).substr(arrow + 2));
        text.resize(arrow);
    }
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        equation.inputs.push_back(parseTerm(node, std::string_view(text).substr(start, end - start)));
        start = end + 1;
    }
    return equation;
}

/// The labels of a term's axes, given how many axes its ellipsis stands for.
Labels labelsOf(const Term& term, int unnamed)
{
    Labels labels = term.letters;
    for (int i = 0; term.hasEllipsis && i < unnamed; ++i)
        labels.insert(labels.begin() + static_cast<std::ptrdiff_t>(term.ellipsisAt), i);
    return labels;
}

/// The whole problem: labels of every operand and the result, the extent of each label.
struct Contraction {
    std::vector<Labels> inputs;
    Labels output;
    std::map<Label, std::int64_t> extents;
};

void setExtent(const Node& node, Contraction& contraction, Label label, std::int64_t extent)
{
    const auto [found, isNew] = contraction.extents.try_emplace(label, extent);
    if (isNew || found->second == extent || extent == 1 || extent < 0)
        return;
    if (found->second == 1 || found->second < 0)
        found->second = extent;
    else
        failOperator(node, "an axis of the equation has the sizes " + std::to_string(found->second) + " and " +
                               std::to_string(extent));
}

/// Without "->": the ellipsis, then the letters that occur once, sorted.
Labels implicitOutput(const Contraction& contraction, int unnamed)
{
    std::map<Label, int> counts;
    for (const Labels& labels : contraction.inputs)
        for (const Label label : labels)
            ++counts[label];
    Labels output;
    for (Label i = unnamed; i-- > 0;)
        output.push_back(i);
    for (const auto& [label, count] : counts)
        if (label > ellipsisEnd && count == 1)
            output.push_back(label);
    return output;
}

Contraction contractionOf(const Node& node, std::span<const Shape> shapes)
{
    const Equation equation = parseEquation(node);
    if (equation.inputs.size() != shapes.size())
        failOperator(node, "the equation names " + std::to_string(equation.inputs.size()) + " operands, there are " +
                               std::to_string(shapes.size()));
    Contraction contraction;
    int unnamed = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const Term& term = equation.inputs[i];
        const int extra = shapes[i].rank() - static_cast<int>(term.letters.size());
        if (extra < 0 || (extra > 0 && !term.hasEllipsis) || extra >= ellipsisEnd)
            failOperator(node, "operand " + std::to_string(i) + " does not have the axes that the equation names");
        contraction.inputs.push_back(labelsOf(term, extra));
        for (int axis = 0; axis < shapes[i].rank(); ++axis)
            setExtent(node, contraction, contraction.inputs[i][static_cast<std::size_t>(axis)], shapes[i][axis]);
        unnamed = std::max(unnamed, extra);
    }
    contraction.output =
        equation.hasOutput ? labelsOf(equation.output, unnamed) : implicitOutput(contraction, unnamed);
    for (std::size_t i = 0; i < contraction.output.size(); ++i) {
        const auto begin = contraction.output.begin(), at = begin + static_cast<std::ptrdiff_t>(i);
        if (std::find(begin, at, *at) != at || !contraction.extents.contains(*at))
            failOperator(node, "an axis of the result occurs twice, or in no operand");
    }
    return contraction;
}

Shape shapeOf(const Contraction& contraction, const Labels& labels)
{
    std::vector<std::int64_t> dims;
    for (const Label label : labels)
        dims.push_back(contraction.extents.at(label));
    return Shape(std::move(dims));
}

/// Stride of an operand along each of `labels`; an axis named twice is its diagonal, one of size 1 is repeated.
std::vector<std::int64_t> stridesAlong(const Labels& labels, const Labels& own, const Shape& shape)
{
    const std::vector<std::int64_t> strides = shape.strides();
    std::vector<std::int64_t> result;
    for (const Label label : labels) {
        std::int64_t stride = 0;
        for (std::size_t axis = 0; axis < own.size(); ++axis)
            if (own[axis] == label && shape[static_cast<int>(axis)] != 1)
                stride += strides[axis];
        result.push_back(stride);
    }
    return result;
}

std::vector<ValueInfo> inferEinsum(const InferContext& context)
{
    std::vector<Shape> shapes;
    for (const ValueInfo& input : context.inputs) {
        if (!input.shape)
            return {typeOnly(context.input(0).dtype)};
        shapes.push_back(*input.shape);
    }
    const Contraction contraction = contractionOf(context.node, shapes);
    return {typed(context.input(0).dtype, shapeOf(contraction, contraction.output))};
}

/// Labels of the axes that are summed over.
Labels summedLabels(const Contraction& contraction)
{
    Labels labels;
    for (const auto& [label, extent] : contraction.extents)
        if (std::find(contraction.output.begin(), contraction.output.end(), label) == contraction.output.end())
            labels.push_back(label);
    return labels;
}

using Strides = std::vector<std::vector<std::int64_t>>;

/// Calls fn(i) for each index of `shape` in row-major order, the operands' offsets moved along; they end as they began.
template <typename Fn>
void walk(const Shape& shape, const Strides& strides, std::vector<std::int64_t>& offsets, Fn&& fn)
{
    const std::int64_t count = shape.elements();
    std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()), 0);
    for (std::int64_t i = 0; i < count; ++i) {
        fn(static_cast<std::size_t>(i));
        for (int axis = shape.rank() - 1; axis >= 0; --axis) {
            const auto at = static_cast<std::size_t>(axis);
            for (std::size_t n = 0; n < offsets.size(); ++n)
                offsets[n] += strides[n][at];
            if (++index[at] < shape[axis])
                break;
            for (std::size_t n = 0; n < offsets.size(); ++n)
                offsets[n] -= strides[n][at] * shape[axis];
            index[at] = 0;
        }
    }
}

/// Each element of the result is a sum of products of one element an operand.
Tensor contract(const RunContext& context, const Contraction& contraction)
{
    const Labels tail = summedLabels(contraction);
    const Shape summed = shapeOf(contraction, tail);
    Strides outer, inner;
    for (std::size_t i = 0; i < context.inputs.size(); ++i) {
        outer.push_back(stridesAlong(contraction.output, contraction.inputs[i], context.inputs[i].shape()));
        inner.push_back(stridesAlong(tail, contraction.inputs[i], context.inputs[i].shape()));
    }
    Tensor output(context.input(0).dtype(), shapeOf(contraction, contraction.output));
    visitNumeric(context.node, output.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        using Acc = Accumulator<T>;
        std::vector<std::span<const T>> data;
        for (const Tensor& input : context.inputs)
            data.push_back(input.data<T>());
        const auto out = output.mutableData<T>();
        std::vector<std::int64_t> offsets(data.size(), 0);
        walk(output.shape(), outer, offsets, [&](std::size_t i) {
            context.control.throwIfStopped();
            Acc sum{0};
            walk(summed, inner, offsets, [&](std::size_t) {
                Acc product{1};
                for (std::size_t n = 0; n < data.size(); ++n)
                    product = wrappingMul(product, static_cast<Acc>(data[n][static_cast<std::size_t>(offsets[n])]));
                sum = wrappingAdd(sum, product);
            });
            out[i] = static_cast<T>(sum);
        });
    });
    return output;
}

std::vector<Tensor> runEinsum(const RunContext& context)
{
    std::vector<Shape> shapes;
    for (std::size_t i = 0; i < context.inputs.size(); ++i) {
        shapes.push_back(givenOperand(context, i).shape());
        if (context.input(i).dtype() != context.input(0).dtype())
            context.fail("the operands' element types differ");
    }
    return {contract(context, contractionOf(context.node, shapes))};
}

std::int64_t einsumMacs(const InferContext& context, std::span<const ValueInfo>)
{
    std::vector<Shape> shapes;
    for (const ValueInfo& input : context.inputs) {
        if (!input.shape)
            return 0;
        shapes.push_back(*input.shape);
    }
    std::vector<std::int64_t> extents;
    for (const auto& [label, extent] : contractionOf(context.node, shapes).extents)
        extents.push_back(extent);
    return productOrZero(extents);
}

}

void register_einsum(Table<Op>& table)
{
    table.add({.id = "Einsum",
               .exactness = Exactness::accumulated,
               .sinceOpset = 12,
               .infer = inferEinsum,
               .run = viaFloat32<runEinsum>,
               .macs = einsumMacs});
}

}
