// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/recurrent.h"

#include <cctype>
#include <cmath>
#include <numeric>

#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

using Kind = GateActivation::Kind;

/// Operands of all three operators; LSTM has two more.
constexpr std::size_t kX = 0, kW = 1, kR = 2, kBias = 3, kLengths = 4, kHidden = 5, kCell = 6, kPeepholes = 7;

std::vector<double> numbersOf(const Tensor& tensor)
{
    std::vector<double> numbers(static_cast<std::size_t>(tensor.elements()));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = tensor.at(static_cast<std::int64_t>(i));
    return numbers;
}

/// The operand's numbers, zeros when it is omitted. Throws for another shape.
std::vector<double> operandOf(const RunContext& context, std::size_t index, const Shape& expected)
{
    const Tensor& tensor = context.input(index);
    if (tensor.empty())
        return std::vector<double>(static_cast<std::size_t>(expected.elements()), 0.0);
    if (tensor.shape() != expected)
        context.fail("operand " + std::to_string(index) + " has the shape " + tensor.shape().text() + " instead of " +
                     expected.text());
    return numbersOf(tensor);
}

Shape stateShape(const RecurrentForm& form, std::int64_t batch)
{
    return form.batchFirst ? Shape{batch, form.directions, form.hidden} : Shape{form.directions, batch, form.hidden};
}

/// All that one run reads and writes, as doubles.
class Recurrence {
public:
    Recurrence(const RunContext& context, const RecurrentForm& form, int gates, int states)
        : m_context(context), m_form(form), m_gates(gates), m_states(states), m_sizes(recurrentSizes(context, form, gates)),
          m_x(numbersOf(context.input(kX))), m_w(numbersOf(context.input(kW))), m_r(numbersOf(context.input(kR))),
          m_bias(operandOf(context, kBias, Shape{form.directions, 2 * gates * form.hidden})),
          m_hidden(operandOf(context, kHidden, stateShape(form, m_sizes.batch)))
    {
        if (states > 1) {
            m_cell = operandOf(context, kCell, stateShape(form, m_sizes.batch));
            m_peepholes = operandOf(context, kPeepholes, Shape{form.directions, 3 * form.hidden});
        }
        readLengths();
        m_y.assign(static_cast<std::size_t>(m_sizes.steps * form.directions * m_sizes.batch * form.hidden), 0.0);
    }

    std::vector<Tensor> run(const RecurrentStep& step)
    {
        for (int direction = 0; direction < m_form.directions; ++direction)
            for (std::int64_t sample = 0; sample < m_sizes.batch; ++sample) {
                m_context.control.throwIfStopped();
                runSample(direction, sample, step);
            }
        const DType type = m_context.input(kX).dtype();
        const auto made = [&](Shape shape, const std::vector<double>& values) {
            return Tensor::of<double>(std::move(shape), values).converted(type);
        };
        const std::int64_t steps = m_sizes.steps, batch = m_sizes.batch, hidden = m_form.hidden;
        const Shape sequence = m_form.batchFirst ? Shape{batch, steps, m_form.directions, hidden}
                                                 : Shape{steps, m_form.directions, batch, hidden};
        std::vector<Tensor> outputs{made(sequence, m_y), made(stateShape(m_form, batch), m_hidden)};
        if (m_states > 1)
            outputs.push_back(made(stateShape(m_form, batch), m_cell));
        return outputs;
    }

private:
    void readLengths()
    {
        m_lengths.assign(static_cast<std::size_t>(m_sizes.batch), m_sizes.steps);
        const Tensor& given = m_context.input(kLengths);
        if (given.empty())
            return;
        if (given.shape() != Shape{m_sizes.batch})
            m_context.fail("sequence_lens must have one number a sample");
        m_lengths = given.toIntegers();
        for (const std::int64_t length : m_lengths)
            if (length < 0 || length > m_sizes.steps)
                m_context.fail("a sequence length of " + std::to_string(length) + " is outside 0 to " +
                               std::to_string(m_sizes.steps));
    }

    std::size_t stateAt(int direction, std::int64_t sample) const
    {
        const std::int64_t row = m_form.batchFirst ? sample * m_form.directions + direction : direction * m_sizes.batch + sample;
        return static_cast<std::size_t>(row * m_form.hidden);
    }

    std::size_t inputAt(std::int64_t time, std::int64_t sample) const
    {
        const std::int64_t row = m_form.batchFirst ? sample * m_sizes.steps + time : time * m_sizes.batch + sample;
        return static_cast<std::size_t>(row * m_sizes.inputs);
    }

    std::size_t outputAt(std::int64_t time, int direction, std::int64_t sample) const
    {
        const std::int64_t row = m_form.batchFirst ? (sample * m_sizes.steps + time) * m_form.directions + direction
                                                   : (time * m_form.directions + direction) * m_sizes.batch + sample;
        return static_cast<std::size_t>(row * m_form.hidden);
    }

    void runSample(int direction, std::int64_t sample, const RecurrentStep& step)
    {
        const auto hidden = static_cast<std::size_t>(m_form.hidden), inputs = static_cast<std::size_t>(m_sizes.inputs);
        const auto rows = static_cast<std::size_t>(m_gates) * hidden, at = static_cast<std::size_t>(direction);
        const std::span<double> state = std::span(m_hidden).subspan(stateAt(direction, sample), hidden);
        RecurrentCell cell{m_form,
                           m_form.activationsOf(direction),
                           {},
                           std::span(m_w).subspan(at * rows * inputs, rows * inputs),
                           std::span(m_r).subspan(at * rows * hidden, rows * hidden),
                           std::span(m_bias).subspan(at * 2 * rows, 2 * rows),
                           m_peepholes.empty() ? std::span<double>() : std::span(m_peepholes).subspan(at * 3 * hidden, 3 * hidden),
                           state,
                           m_cell.empty() ? std::span<double>() : std::span(m_cell).subspan(stateAt(direction, sample), hidden)};
        const std::int64_t length = m_lengths[static_cast<std::size_t>(sample)];
        for (std::int64_t i = 0; i < length; ++i) {
            const std::int64_t time = m_form.reversed(direction) ? length - 1 - i : i;
            cell.input = std::span(m_x).subspan(inputAt(time, sample), inputs);
            step(cell);
            std::copy(state.begin(), state.end(), m_y.begin() + static_cast<std::ptrdiff_t>(outputAt(time, direction, sample)));
        }
    }

    const RunContext& m_context;
    const RecurrentForm& m_form;
    int m_gates, m_states;
    RecurrentSizes m_sizes;
    std::vector<double> m_x, m_w, m_r, m_bias, m_hidden, m_cell, m_peepholes, m_y;
    std::vector<std::int64_t> m_lengths;
};

}

double RecurrentCell::fromInput(int gate, std::size_t row) const
{
    const std::size_t at = rowOf(gate, row);
    return std::inner_product(input.begin(), input.end(), weights.begin() + static_cast<std::ptrdiff_t>(at * input.size()),
                              bias[at]);
}

double RecurrentCell::fromState(int gate, std::size_t row, std::span<const double> state) const
{
    const std::size_t at = rowOf(gate, row);
    return std::inner_product(state.begin(), state.end(),
                              recurrence.begin() + static_cast<std::ptrdiff_t>(at * hidden.size()), bias[bias.size() / 2 + at]);
}

double RecurrentCell::clipped(double x) const
{
    const auto bound = static_cast<double>(form.clip);
    return bound > 0 ? std::clamp(x, -bound, bound) : x;
}

RecurrentSizes recurrentSizes(const RunContext& context, const RecurrentForm& form, int gates)
{
    const Shape &x = context.input(kX).shape(), &w = context.input(kW).shape(), &r = context.input(kR).shape();
    if (x.rank() != 3 || context.input(kW).empty() || context.input(kR).empty())
        context.fail("X must have three axes, and W and R must be given");
    const RecurrentSizes sizes{x[form.batchFirst ? 1 : 0], x[form.batchFirst ? 0 : 1], x[2], form.hidden};
    const Shape weights{form.directions, gates * form.hidden, sizes.inputs};
    const Shape recurrence{form.directions, gates * form.hidden, form.hidden};
    if (w != weights || r != recurrence)
        context.fail("W and R have the shapes " + w.text() + " and " + r.text() + " instead of " + weights.text() +
                     " and " + recurrence.text());
    return sizes;
}

std::vector<ValueInfo> inferRecurrent(const InferContext& context, int states)
{
    const ValueInfo &x = context.input(kX), &r = context.input(kR);
    std::vector<ValueInfo> outputs(static_cast<std::size_t>(states) + 1, typeOnly(x.dtype));
    if (!x.shape)
        return outputs;
    if (x.shape->rank() != 3)
        context.fail("X must have three axes, not " + x.shape->text());
    std::int64_t hidden = Shape::unknown;
    if (context.node.has("hidden_size"))
        hidden = boundedInteger(context.node, "hidden_size", 0, 1, maxDimension);
    else if (r.shape && r.shape->rank() == 3)
        hidden = (*r.shape)[2];
    const std::int64_t directions = context.node.text("direction", "forward") == "bidirectional" ? 2 : 1;
    const bool batchFirst = context.node.integer("layout", 0) != 0;
    const std::int64_t steps = (*x.shape)[batchFirst ? 1 : 0], batch = (*x.shape)[batchFirst ? 0 : 1];
    outputs[0].shape = batchFirst ? Shape{batch, steps, directions, hidden} : Shape{steps, directions, batch, hidden};
    for (std::size_t i = 1; i < outputs.size(); ++i)
        outputs[i].shape = batchFirst ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
    return outputs;
}

std::vector<Tensor> runRecurrent(const RunContext& context, const RecurrentForm& form, int gates, int states,
                                 const RecurrentStep& step)
{
    if (!isFloat(context.input(kX).dtype()))
        context.fail("its operands must be floating-point numbers");
    return Recurrence(context, form, gates, states).run(step);
}

std::int64_t countRecurrent(const InferContext& context, std::span<const ValueInfo>)
{
    const ValueInfo &x = context.input(kX), &w = context.input(kW), &r = context.input(kR);
    if (!x.isStatic() || !w.isStatic() || !r.isStatic() || x.shape->rank() != 3 || w.shape->rank() != 3 || r.shape->rank() != 3)
        return 0;
    const std::int64_t weights = productOrZero(w.shape->dims()), recurrence = productOrZero(r.shape->dims());
    return productOrZero(std::array{(*x.shape)[0], (*x.shape)[1], weights + recurrence});
}

}
