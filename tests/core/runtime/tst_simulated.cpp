// SPDX-License-Identifier: GPL-3.0-or-later
// Weighted operators on codes against plain 64-bit integer loops, bit for bit.
#include <cmath>

#include "core/ops/infer_shapes.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Grid {
    const char* format;
    double scale;
    int zeroPoint;
};

struct Case {
    const char* name;
    const char* nodes;            ///< from x and w (and b) to y
    Shape input, weight;
    bool bias;
    Grid inputGrid, weightGrid, outputGrid;
    double clampLow, clampHigh;
    bool perChannel = false;
    int weightAxis = 0;
    double inputSpread = 1;       ///< inputs are spread over this many times their range
};

constexpr double kNone = INFINITY;

const Case kCases[] = {
    {"conv", "y = Conv(x, w)", {1, 3, 7, 6}, {5, 3, 3, 3}, false, {"uint8", 0.02, 100}, {"int8", 0.01, 0}, {"uint8", 0.05, 120}, -kNone, kNone},
    {"conv, bias, per channel", "y = Conv(x, w, b) {pads=[1, 1, 1, 1], strides=[2, 1]}", {2, 8, 7, 6}, {20, 8, 3, 3}, true,
     {"uint8", 0.02, 3}, {"int8", 0.01, 0}, {"int8", 0.05, -5}, -kNone, kNone, true},
    {"conv, relu", "c = Conv(x, w, b)\ny = Relu(c)", {1, 8, 5, 5}, {16, 8, 1, 1}, true, {"uint8", 0.013, 128}, {"int8", 0.007, 0},
     {"uint8", 0.02, 7}, 0, kNone, true},
    {"conv, clip to less than the codes reach", "low: float32[] = -0.5\nhigh: float32[] = 1.03\nc = Conv(x, w, b)\ny = Clip(c, low, high)",
     {1, 8, 5, 5}, {16, 8, 1, 1}, true, {"uint8", 0.013, 128}, {"int8", 0.007, 0}, {"uint8", 0.02, 100}, -0.5, 1.03},
    {"conv, asymmetric weights", "y = Conv(x, w, b)", {1, 4, 6, 6}, {6, 4, 3, 3}, true, {"uint8", 0.01, 200}, {"uint8", 0.01, 77},
     {"uint8", 0.05, 128}, -kNone, kNone},
    {"conv, 4-bit weights and activations", "y = Conv(x, w, b)", {1, 4, 6, 6}, {6, 4, 3, 3}, true, {"uint4", 0.1, 5}, {"int4", 0.12, 0},
     {"uint4", 0.4, 8}, -kNone, kNone, true},
    {"depthwise", "y = Conv(x, w, b) {group=12, pads=[1, 1, 1, 1]}", {1, 12, 9, 9}, {12, 1, 3, 3}, true, {"uint8", 0.01, 0},
     {"int8", 0.01, 0}, {"uint8", 0.02, 110}, -kNone, kNone, true},
    {"grouped", "y = Conv(x, w, b) {group=3}", {1, 12, 6, 6}, {9, 4, 3, 3}, true, {"int8", 0.01, 11}, {"int8", 0.01, 0},
     {"int8", 0.06, 0}, -kNone, kNone, true},
    {"one axis", "y = Conv(x, w, b) {dilations=[2]}", {1, 6, 20}, {4, 6, 3}, true, {"uint8", 0.01, 10}, {"int8", 0.01, 0},
     {"uint8", 0.06, 90}, -kNone, kNone},
    {"sums beyond 2^24", "y = Conv(x, w, b)", {1, 400, 4, 4}, {4, 400, 3, 3}, true, {"uint8", 0.004, 0}, {"int8", 0.004, 0},
     {"uint8", 3.0, 0}, -kNone, kNone, true, 0, 40},
    {"16-bit activations", "y = Conv(x, w, b)", {1, 20, 5, 5}, {8, 20, 3, 3}, true, {"uint16", 0.0001, 30000}, {"int8", 0.01, 0},
     {"uint16", 0.0005, 32000}, -kNone, kNone, true, 0, 3},
    {"16-bit everything", "y = Conv(x, w, b)", {1, 20, 5, 5}, {8, 20, 3, 3}, true, {"int16", 0.00005, 0}, {"int16", 0.00004, 0},
     {"int16", 0.0003, -100}, -kNone, kNone, false, 0, 2},
    {"gemm", "y = Gemm(x, w, b)", {3, 30}, {30, 11}, true, {"uint8", 0.01, 128}, {"int8", 0.01, 0}, {"uint8", 0.03, 128}, -kNone,
     kNone, true, 1},
    {"gemm, transposed", "y = Gemm(x, w, b) {transB=1}", {3, 30}, {11, 30}, true, {"uint8", 0.01, 128}, {"int8", 0.01, 0},
     {"uint8", 0.03, 128}, -kNone, kNone, true, 0},
    {"matmul", "y = MatMul(x, w)", {2, 3, 30}, {30, 11}, false, {"uint8", 0.01, 128}, {"int8", 0.01, 0}, {"uint8", 0.03, 128}, -kNone,
     kNone, false, 1},
    {"matmul with a bias added", "m = MatMul(x, w)\ny = Add(m, b)", {2, 3, 30}, {30, 11}, true, {"uint8", 0.01, 128}, {"int8", 0.01, 0},
     {"uint8", 0.03, 128}, -kNone, kNone, true, 1},
};

std::shared_ptr<const Encoding> encodingOf(const Grid& grid, int axis = -1, std::int64_t channels = 1)
{
    auto encoding = std::make_shared<Encoding>();
    encoding->format = NumberFormat::parse(grid.format);
    encoding->axis = axis;
    for (std::int64_t c = 0; c < channels; ++c) {
        encoding->scale.push_back(static_cast<float>(grid.scale * (1 + 0.13 * static_cast<double>(c % 7))));
        encoding->zeroPoint.push_back(grid.zeroPoint);
    }
    encoding->minimumCode = encoding->format.minimumCode();
    encoding->maximumCode = encoding->format.maximumCode();
    return encoding;
}

/// The convolution or product `node` of integers: the operator's own reference in double is exact below 2^53.
std::vector<double> accumulators(const Graph& graph, const Tensor& x, const Tensor& w)
{
    Graph exact = graph;
    Tensor wideX = x.converted(DType::float64), wideW = w.converted(DType::float64);
    const Node& node = exact.nodes().front();
    const std::vector<Tensor> operands{wideX, wideW};
    const Tensor sums = findOp(node)->run({node, operands, 13, Control()})[0];
    std::vector<double> result;
    for (std::int64_t i = 0; i < sums.elements(); ++i)
        result.push_back(sums.at(i));
    return result;
}

}

class TstSimulated : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalsIntegerLoops_data();
    void equalsIntegerLoops();
};

void TstSimulated::equalsIntegerLoops_data()
{
    QTest::addColumn<const Case*>("row");
    QTest::addColumn<bool>("outputQuantized");
    for (const Case& row : kCases) {
        QTest::newRow(row.name) << &row << true;
        QTest::newRow((std::string(row.name) + ", real result").c_str()) << &row << false;
    }
}

namespace {

/// The expected result, in the order of the plain layout: the obvious loops.
struct Expected {
    std::vector<float> reals;
    std::int64_t clipped = 0;
};

Expected expectedOf(const Case& row, const std::vector<double>& acc, const Shape& shape, int channelAxis, const Encoding& x,
                    const Encoding& w, const std::vector<std::int64_t>& bias, const Encoding* y)
{
    Expected expected;
    const std::int64_t inner = shape.elements(channelAxis + 1, shape.rank());
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const auto channel = static_cast<std::size_t>(static_cast<std::int64_t>(i) / inner % shape[channelAxis]);
        const float sw = w.scale[w.perChannel() ? channel : 0];
        const auto sum = static_cast<float>(static_cast<std::int64_t>(acc[i]) + (row.bias ? bias[channel] : 0));
        if (!y) {
            const float value = sum * (x.scale[0] * sw);
            expected.reals.push_back(std::clamp(value, static_cast<float>(row.clampLow), static_cast<float>(row.clampHigh)));
            continue;
        }
        const float multiplier = (x.scale[0] * sw) / y->scale[0];
        double code = std::nearbyint(static_cast<double>(sum * multiplier));
        // The clamp, in real numbers, then rounded: the same thing on codes.
        const auto limit = [&](double bound) { return std::nearbyint(static_cast<double>(static_cast<float>(bound) / y->scale[0])); };
        code = std::clamp(code, limit(row.clampLow), limit(row.clampHigh));
        const double low = y->minimumCode - y->zeroPoint[0], high = y->maximumCode - y->zeroPoint[0];
        expected.clipped += code < low || code > high;
        expected.reals.push_back(static_cast<float>(std::clamp(code, low, high)) * y->scale[0]);
    }
    return expected;
}

}

void TstSimulated::equalsIntegerLoops()
{
    QFETCH(const Case*, row);
    QFETCH(bool, outputQuantized);
    const bool matrix = row->input.rank() < 3 || row->weight.rank() == 2;
    const std::int64_t channels = row->weight[row->weightAxis];
    std::string text = "input x: float32[" + row->input.text() + "]\nw: float32[" + row->weight.text() + "] = ...\n";
    if (row->bias)
        text += "b: float32[" + std::to_string(channels) + "] = ...\n";
    Graph graph = parseGraph(text + row->nodes + "\noutput y");
    inferShapes(graph);

    CompileOptions options;
    options.points = {{"x", Slot::Kind::activation, -1}, {"w", Slot::Kind::weight, -1}, {"y", Slot::Kind::activation, -1}};
    if (row->bias)
        options.points.push_back({"b", Slot::Kind::bias, -1});
    const auto program = Program::compile(graph, options);

    const auto x = encodingOf(row->inputGrid), y = encodingOf(row->outputGrid);
    const auto w = encodingOf(row->weightGrid, row->perChannel ? row->weightAxis : -1, row->perChannel ? channels : 1);
    auto b = std::make_shared<Encoding>(*w);
    b->format = NumberFormat::integer(32, true);
    b->axis = row->perChannel ? 0 : -1;
    b->minimumCode = INT32_MIN;
    b->maximumCode = INT32_MAX;
    for (float& scale : b->scale)
        scale *= x->scale[0];
    std::fill(b->zeroPoint.begin(), b->zeroPoint.end(), 0);

    Binding binding = program->defaultBinding().withPrecision(Precision::simulated);
    binding = binding.with(program->findSlot("x", Slot::Kind::activation), {x, nullptr})
                  .with(program->findSlot("w", Slot::Kind::weight), {w, nullptr});
    if (row->bias)
        binding = binding.with(program->findSlot("b", Slot::Kind::bias), {b, nullptr});
    const int outputSlot = program->findSlot("y", Slot::Kind::activation);
    if (outputQuantized)
        binding = binding.with(outputSlot, {y, nullptr});

    Tensor input = randomTensor(row->input, 21);
    for (float& value : input.mutableData<float>())
        value = (value + 0.1f) * static_cast<float>(row->inputSpread) * x->scale[0] * 0.55f *
                static_cast<float>(x->maximumCode - x->minimumCode);
    Tensor xCodes(DType::float32, row->input), wCodes = quantize(graph.value(graph.find("w")).constant, *w).converted(DType::float32);
    for (std::int64_t i = 0; i < input.elements(); ++i)
        xCodes.mutableData<float>()[static_cast<std::size_t>(i)] = static_cast<float>(
            quantizeOne(input.data<float>()[static_cast<std::size_t>(i)], x->scale[0], x->zeroPoint[0], x->minimumCode,
                        x->maximumCode) - x->zeroPoint[0]);
    for (float& code : wCodes.mutableData<float>())
        code -= static_cast<float>(w->zeroPoint[0]);
    std::vector<std::int64_t> bias;
    if (row->bias)
        for (std::int64_t c = 0; c < channels; ++c)
            bias.push_back(std::llrint(static_cast<double>(graph.value(graph.find("b")).constant.data<float>()[static_cast<std::size_t>(c)]) /
                                       static_cast<double>(b->scale[b->perChannel() ? static_cast<std::size_t>(c) : 0])));

    Execution execution(program);
    const Tensor actual = execution.run({{"x", input}}, binding).at("y");
    const int channelAxis = matrix ? actual.shape().rank() - 1 : 1;
    const Expected expected = expectedOf(*row, accumulators(graph, xCodes, wCodes), actual.shape(), channelAxis, *x, *w, bias,
                                         outputQuantized ? y.get() : nullptr);
    std::int64_t distinct = 0;
    for (std::size_t i = 0; i < expected.reals.size(); ++i) {
        QCOMPARE(actual.data<float>()[i], expected.reals[i]);
        distinct += expected.reals[i] != expected.reals[0];
    }
    QVERIFY(distinct > static_cast<std::int64_t>(expected.reals.size()) / 4);
    QCOMPARE(execution.clipped(outputSlot), outputQuantized ? expected.clipped : 0);
}

QTEST_GUILESS_MAIN(TstSimulated)
#include "tst_simulated.moc"
