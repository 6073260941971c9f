// SPDX-License-Identifier: GPL-3.0-or-later
// DFT and STFT. The last axis holds real numbers (size 1) or real and imaginary parts (size 2).
#include "core/ops/dispatch.h"
#include "core/ops/fourier.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/lines.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

using Complex = std::complex<double>;

/// The axis is an operand from opset 20 on; before it is an attribute. The last axis is never meant.
int dftAxis(const Node& node, int opset, std::int64_t operand, int rank)
{
    const std::int64_t stated = opset >= 20 ? operand : node.integer("axis", 1);
    const int axis = axisOf(node, stated, rank);
    if (axis == rank - 1)
        failOperator(node, "the last axis holds the parts of a number");
    return axis;
}

void checkParts(const Node& node, const Shape& shape)
{
    const std::int64_t parts = shape.rank() > 1 ? shape[shape.rank() - 1] : 0;
    if (parts != 1 && parts != 2 && parts >= 0)
        failOperator(node, "the input " + shape.text() + " holds neither real nor complex numbers");
}

std::int64_t checkedLength(const Node& node, std::int64_t length)
{
    if (length < 1 || length > maxDimension)
        failOperator(node, "a length is " + std::to_string(length));
    return length;
}

/// The first half of the frequencies: the rest of a real signal's is its mirror image.
std::int64_t frequencies(std::int64_t length, bool oneSided)
{
    return length < 0 ? length : oneSided ? length / 2 + 1 : length;
}

std::vector<ValueInfo> inferDft(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    Shape shape = *input.shape;
    checkParts(context.node, shape);
    const auto stated = knownInteger(context, 2);
    if (context.opset >= 20 && context.input(2).present() && !stated)
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(shape.rank()), Shape::unknown)))};
    const int axis = dftAxis(context.node, context.opset, stated.value_or(-2), shape.rank());
    std::int64_t length = shape[axis];
    if (context.input(1).present()) {
        const auto known = knownInteger(context, 1);
        length = known ? checkedLength(context.node, *known) : Shape::unknown;
    }
    shape[axis] = frequencies(length, context.node.integer("onesided", 0) != 0);
    shape[shape.rank() - 1] = 2;
    return {typed(input.dtype, shape)};
}

/// One number of a tensor whose last axis has `parts` parts; `at` counts numbers.
template <typename T> Complex numberAt(std::span<const T> data, std::size_t at, std::size_t parts)
{
    return {static_cast<double>(data[at * parts]), parts == 2 ? static_cast<double>(data[at * parts + 1]) : 0.0};
}

template <typename T> void putNumber(std::span<T> data, std::size_t at, const Complex& number)
{
    data[2 * at] = static_cast<T>(number.real());
    data[2 * at + 1] = static_cast<T>(number.imag());
}

/// Lines are cut or filled up with zeros to the stated length.
std::vector<Tensor> runDft(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    checkParts(context.node, input.shape());
    const int rank = input.shape().rank();
    const int axis = dftAxis(context.node, context.opset, integerOperand(context, 2, -2), rank);
    const bool inverse = context.node.integer("inverse", 0) != 0, oneSided = context.node.integer("onesided", 0) != 0;
    const std::int64_t length = checkedLength(context.node, integerOperand(context, 1, input.shape()[axis]));
    const auto parts = static_cast<std::size_t>(input.shape()[rank - 1]);
    if (oneSided && (inverse || parts == 2))
        context.fail("only the transform of real numbers has one side");

    // From here on a number counts as one element.
    const Shape numbers(std::vector<std::int64_t>(input.shape().begin(), input.shape().end() - 1));
    std::vector<std::int64_t> dims = numbers.dims();
    dims[static_cast<std::size_t>(axis)] = frequencies(length, oneSided);
    const std::int64_t kept = dims[static_cast<std::size_t>(axis)];
    dims.push_back(2);
    Tensor output(input.dtype(), Shape(dims));
    const Lines lines(numbers, axis);
    const Fourier fourier(static_cast<std::size_t>(length), inverse);
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        for (std::int64_t line = 0; line < lines.count; ++line) {
            context.control.throwIfStopped();
            std::vector<Complex> values(static_cast<std::size_t>(length));
            for (std::int64_t k = 0; k < std::min(length, lines.length); ++k)
                values[static_cast<std::size_t>(k)] =
                    numberAt(input.data<T>(), lines.at(line, k, lines.length), parts);
            const std::vector<Complex> result = fourier(values);
            for (std::int64_t k = 0; k < kept; ++k)
                putNumber(output.mutableData<T>(), lines.at(line, k, kept), result[static_cast<std::size_t>(k)]);
        }
    });
    return {output};
}

/// The frame length is stated, or that of the window.
Shape framesShape(const Node& node, const Shape& signal, std::int64_t step, std::int64_t length)
{
    if (signal.rank() != 2 && signal.rank() != 3)
        failOperator(node, "the signal " + signal.text() + " is not a batch of signals");
    if (step < 1 || length < 1 || length > maxDimension)
        failOperator(node, "the frames' step or length is out of range");
    if (signal[1] >= 0 && length > signal[1])
        failOperator(node, "a frame is longer than the signal");
    const std::int64_t frames = signal[1] < 0 ? Shape::unknown : (signal[1] - length) / step + 1;
    return Shape{signal[0], frames, frequencies(length, node.integer("onesided", 1) != 0), 2};
}

std::vector<ValueInfo> inferStft(const InferContext& context)
{
    const ValueInfo &signal = context.input(0), &window = context.input(2);
    const auto step = knownInteger(context, 1);
    auto length = knownInteger(context, 3);
    if (!length && !context.input(3).present())
        length = knownLength(window);
    if (!signal.shape || !step || !length)
        return {typed(signal.dtype, Shape{Shape::unknown, Shape::unknown, Shape::unknown, 2})};
    return {typed(signal.dtype, framesShape(context.node, *signal.shape, *step, *length))};
}

std::vector<double> windowOf(const RunContext& context, std::int64_t length)
{
    const Tensor& window = context.input(2);
    if (window.empty())
        return std::vector<double>(static_cast<std::size_t>(length), 1.0);
    if (window.elements() != length || !isFloat(window.dtype()))
        context.fail("the window does not fit a frame of " + std::to_string(length));
    std::vector<double> values;
    for (std::int64_t i = 0; i < length; ++i)
        values.push_back(window.at(i));
    return values;
}

std::vector<Tensor> runStft(const RunContext& context)
{
    const Tensor& signal = givenOperand(context, 0);
    givenOperand(context, 1);
    const Shape& from = signal.shape();
    const std::int64_t step = integerOperand(context, 1, 0);
    const std::int64_t length = integerOperand(context, 3, context.input(2).elements());
    const Shape shape = framesShape(context.node, from, step, length);
    const std::size_t parts = from.rank() == 3 ? static_cast<std::size_t>(from[2]) : 1;
    if (parts != 1 && (parts != 2 || context.node.integer("onesided", 1) != 0))
        context.fail("only the transform of real numbers has one side");
    const std::vector<double> window = windowOf(context, length);
    const Fourier fourier(static_cast<std::size_t>(length), false);
    Tensor output(signal.dtype(), shape);
    visitFloat(context.node, signal.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        std::vector<Complex> values(static_cast<std::size_t>(length));
        for (std::int64_t frame = 0; frame < shape[0] * shape[1]; ++frame) {
            context.control.throwIfStopped();
            const std::int64_t start = frame / shape[1] * from[1] + frame % shape[1] * step;
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = window[i] * numberAt(signal.data<T>(), static_cast<std::size_t>(start) + i, parts);
            const std::vector<Complex> result = fourier(values);
            for (std::int64_t k = 0; k < shape[2]; ++k)
                putNumber(output.mutableData<T>(), static_cast<std::size_t>(frame * shape[2] + k),
                          result[static_cast<std::size_t>(k)]);
        }
    });
    return {output};
}

}

void register_dft(Table<Op>& table)
{
    table.add({.id = "DFT",
               .exactness = Exactness::accumulated,
               .sinceOpset = 17,
               .infer = inferDft,
               .run = viaFloat32<runDft>});
    table.add({.id = "STFT",
               .exactness = Exactness::accumulated,
               .sinceOpset = 17,
               .infer = inferStft,
               .run = viaFloat32<runStft>});
}

}
