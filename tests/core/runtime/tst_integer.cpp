// SPDX-License-Identifier: GPL-3.0-or-later
// Integer kernels give what the simulated run gives, bit for bit: whole models with every tensor, and small
// networks.
#include "core/formats/formats.h"
#include "core/numeric/qdq.h"
#include "core/passes/simplify.h"
#include "tests/core/runtime/runtime_support.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Recorded
{
    std::map<std::string, std::vector<float>> tensors;
    TensorMap outputs;
};

Recorded record(const std::shared_ptr<const Program>& program, const TensorMap& inputs,
                std::span<const std::string> names)
{
    Recorded recorded;
    std::map<std::string, Tap> taps;
    for (const std::string& name : names)
        if (program->canTap(name))
            taps[name] = [&recorded, name](const TapView& view) {
                recorded.tensors[name] = {view.reals.begin(), view.reals.end()};
            };
    recorded.outputs = Execution(program).run(inputs, {}, {}, taps);
    return recorded;
}

/// Compares every slotted value and every output; returns how many values were compared.
std::size_t compareRuns(const Graph& graph, const CompileOptions& common, unsigned seed,
                        std::string* kernels = nullptr)
{
    CompileOptions options = common;
    const auto simulated = Program::compile(graph, options);
    options.integerKernels = true;
    const auto integer = Program::compile(graph, options);
    if (kernels)
        *kernels = kernelNames(*integer);
    std::vector<std::string> names;
    for (const Slot& slot : simulated->allSlots())
        if (slot.kind == Slot::Kind::activation)
            names.push_back(slot.value);
    TensorMap inputs = randomInputs(simulated->graph(), seed);
    for (auto& [name, tensor] : inputs) {
        const DType type = simulated->graph().value(simulated->graph().find(name)).dtype;
        for (float& value : tensor.mutableData<float>())
            value *= type == DType::float32 ? 2.5f : 127.0f;
        tensor = tensor.converted(type);
    }
    const Recorded expected = record(simulated, inputs, names), actual = record(integer, inputs, names);
    std::size_t compared = 0;
    for (const auto& [name, values] : expected.tensors) {
        const auto found = actual.tensors.find(name);
        if (found == actual.tensors.end())
            continue;
        ++compared;
        if (found->second != values) {
            std::size_t different = 0;
            for (std::size_t i = 0; i < values.size(); ++i)
                different += values[i] != found->second[i];
            QTest::qFail(
                qPrintable(
                    QString("%1: %2 of %3 differ").arg(name.c_str()).arg(different).arg(values.size())),
                __FILE__, __LINE__);
        }
    }
    for (const auto& [name, tensor] : expected.outputs)
        if (!sameElements(tensor, actual.outputs.at(name)))
            QTest::qFail(qPrintable(QString("output %1 differs").arg(name.c_str())), __FILE__, __LINE__);
    return compared;
}

}

class TstInteger : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void networksEqualTheSimulatedRun_data();
    void networksEqualTheSimulatedRun();
    void choosesKernels_data();
    void choosesKernels();
    void pointsBehindMoves_data();
    void pointsBehindMoves();
    void modelsEqualTheSimulatedRun_data();
    void modelsEqualTheSimulatedRun();
};

namespace {

/// A network whose values x, c, r ... are put on grids: a residual block with most operators that have
/// integer forms.
constexpr const char* kNetwork = R"(opset 14
input x: float32[2x8x9x9]
w: float32[16x8x3x3] = ...
b: float32[16] = ...
v: float32[16x1x3x3] = ...
u: float32[16x16x1x1] = ...
g: float32[16x10] = ...
k: float32[1x16x1x1] = ...
low: float32[] = -0.4
high: float32[] = 1.7
c0 = Conv(x, w, b) {pads=[1, 1, 1, 1]}
c = Relu(c0)
d0 = Conv(c, v) {pads=[1, 1, 1, 1], group=16}
d = Clip(d0, low, high)
e = Conv(d, u, b)
a = Add(e, c)
h = HardSwish(a)
t = Concat(h, d) {axis=1}
ss: int64[1] = [3]
se: int64[1] = [19]
sa: int64[1] = [1]
s = Slice(t, ss, se, sa)
m = Mul(s, k)
p = MaxPool(m) {kernel_shape=[2, 2], strides=[2, 2]}
q = AveragePool(p) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}
o = GlobalAveragePool(q)
f = Flatten(o)
n = Gemm(f, g)
y = Softmax(n)
output y, n
)";

struct Formats
{
    const char* name;
    const char* weights;
    const char* activations;
};

constexpr Formats kFormats[] = {
    {"8 bits", "int8:channel", "uint8"},
    {"signed", "int8:channel", "int8"},
    {"4-bit weights", "int4:channel", "uint8"},
    {"2 and 4 bits", "int2:channel", "uint4"},
    {"3 and 5 bits", "int3:channel", "int5"},
    {"6 and 7 bits", "int6:tensor", "uint7"},
    {"16-bit activations", "int8:channel", "uint16"},
    {"16-bit weights", "int16:channel", "uint8"},
    {"unsigned weights", "uint7:tensor", "uint8"},
};

/// The points of the network's slots: every value of it, ranged by a float run, and its weights.
Graph quantizedNetwork(const Formats& formats)
{
    Graph graph = parseGraph(kNetwork);
    const TensorMap values = runReference(graph, randomInputs(graph, 3), {}, true);
    Graph result = graph;
    const auto pair = [&](const std::string& name, const Encoding& encoding) {
        const ValueId source = result.find(name);
        Value codes;
        codes.name = name + "/codes";
        codes.dtype = encoding.format.container();
        codes.shape = result.value(source).shape;
        Value real = codes;
        real.name = name + "/real";
        real.dtype = DType::float32;
        const ValueId q = result.addValue(codes), r = result.addValue(real);
        for (std::size_t i = 0; i < result.nodes().size(); ++i)
            for (ValueId& input : result.node(NodeId{static_cast<std::int32_t>(i)}).inputs)
                if (input == source)
                    input = r;
        for (ValueId& output : result.outputs)
            if (output == source)
                output = r;
        const ValueId scale = result.addConstant(name + "/scale", scaleOperand(encoding));
        const ValueId zero = result.addConstant(name + "/zero", zeroPointOperand(encoding));
        for (const bool quantizes : {true, false}) {
            Node node;
            node.op = quantizes ? "QuantizeLinear" : "DequantizeLinear";
            node.inputs = {quantizes ? source : q, scale, zero};
            node.outputs = {quantizes ? q : r};
            if (encoding.perChannel())
                node.attributes["axis"] = std::int64_t{encoding.axis};
            stateCodeRange(node, encoding);
            result.addNode(std::move(node));
        }
    };
    const QuantSpec activation = QuantSpec::parse(formats.activations),
                    weight = QuantSpec::parse(formats.weights);
    const auto rangeOf = [](std::span<const float> numbers) {
        const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
        return Range{*low, *high};
    };
    for (const char* name : {"x", "c", "d", "e", "a", "h", "t", "m", "q", "o", "n", "y"}) {
        const Tensor tensor = std::string(name) == "x" ? randomInputs(graph, 3).at("x") : values.at(name);
        const std::array ranges{rangeOf(tensor.data<float>())};
        pair(name, makeEncoding(activation, ranges, -1, false));
    }
    for (const char* name : {"w", "v", "u", "g", "k"}) {
        const Tensor& tensor = graph.value(graph.find(name)).constant;
        const int axis = std::string(name) == "g" ? 1 : 0;
        const bool channels =
            weight.granularity.kind == Granularity::Kind::channel && std::string(name) != "k";
        std::vector<Range> ranges(channels ? static_cast<std::size_t>(tensor.shape()[axis]) : 1,
                                  rangeOf(tensor.data<float>()));
        const QuantSpec spec = std::string(name) == "k" ? QuantSpec::parse("uint8") : weight;
        pair(name, makeEncoding(spec, ranges, channels ? axis : -1, false));
    }
    result.sort();
    return result;
}

}

void TstInteger::networksEqualTheSimulatedRun_data()
{
    QTest::addColumn<const Formats*>("formats");
    for (const Formats& formats : kFormats)
        QTest::newRow(formats.name) << &formats;
}

void TstInteger::networksEqualTheSimulatedRun()
{
    QFETCH(const Formats*, formats);
    const Graph graph = quantizedNetwork(*formats);
    for (const bool tapAll : {false, true})
        for (unsigned seed = 1; seed <= 3; ++seed) {
            CompileOptions options;
            options.tapAll = tapAll;
            const std::size_t compared = compareRuns(graph, options, seed);
            QVERIFY2(compared >= 12, qPrintable(QString::number(compared)));
        }
}

void TstInteger::choosesKernels_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("kernels");
    QTest::addColumn<QString>("reason");
    const char* bytes =
        "byte_convert onednn_qlinear_conv byte_depthwise byte_pointwise byte_pair byte_table "
        "byte_table "
        "byte_table concat strided_move byte_pair byte_pool byte_pool byte_global_average alias onednn_qgemm "
        "byte_convert softmax";
    QTest::newRow("8 bits") << "8 bits" << bytes << "";
    QTest::newRow("2 and 4 bits") << "2 and 4 bits" << bytes << "";
    QTest::newRow("16-bit activations")
        << "16-bit activations"
        << ""
        << "not an integer kernel: its input is not on a grid of at most 8 bits";
    QTest::newRow("16-bit weights")
        << "16-bit weights"
        << ""
        << "not an integer kernel: its weights, less their zero-point, need more than 8 bits";
}

/// What runs as bytes, and why the rest does not.
void TstInteger::choosesKernels()
{
    QFETCH(QString, format);
    QFETCH(QString, kernels);
    QFETCH(QString, reason);
    const auto formats = std::find_if(std::begin(kFormats), std::end(kFormats),
                                      [&](const Formats& f) { return f.name == format; });
    CompileOptions options;
    options.integerKernels = true;
    const auto program = Program::compile(quantizedNetwork(*formats), options);
    if (!kernels.isEmpty())
        QCOMPARE(QString::fromStdString(kernelNames(*program)), kernels);
    for (const KernelChoice& choice : program->kernels())
        if (choice.node.starts_with("Conv") || choice.node.starts_with("Gemm"))
            QVERIFY2(QString::fromStdString(choice.reason).startsWith(reason), choice.reason.c_str());
}

namespace {

struct MovesCase
{
    const char* name;
    const char* text;      ///< behind the values x (on a grid), its pool p and the constants s, z, t
    const char* kernels;   ///< of the integer program behind the pool
};

constexpr MovesCase kMoves[] = {
    {"a shuffled concatenation, the point behind it",
     "j = Concat(p, p2) {axis=1}\nr = Reshape(j, groups)\nm = Transpose(r) {perm=[0, 2, 1, 3, 4]}\n"
     "f = Reshape(m, flat)\nc = QuantizeLinear(f, t, z)\ny = DequantizeLinear(c, t, z)\noutput y",
     "byte_table byte_table concat channel_shuffle+Transpose+Reshape byte_convert"},
    {"someone else reads the concatenation",
     "j = Concat(p, p2) {axis=1}\nr = Reshape(j, groups)\nm = Transpose(r) {perm=[0, 2, 1, 3, 4]}\n"
     "f = Reshape(m, flat)\nc = QuantizeLinear(f, t, z)\ny = DequantizeLinear(c, t, z)\noutput y, j", nullptr},
    {"a shuffle without a point of its own",
     "r = Reshape(p, half)\nm = Transpose(r) {perm=[0, 2, 1, 3, 4]}\nf = Reshape(m, own)\ny = Relu(f)\noutput y", nullptr},
    {"a pool of 72 channels",
     "r: int64[4] = [1, 18, 1, 1]\nb = Tile(p, r)\nm = MaxPool(b) {kernel_shape=[2, 2]}\n"
     "c = QuantizeLinear(m, s, z)\ny = DequantizeLinear(c, s, z)\noutput y", "strided_move byte_pool byte_convert"},
    {"a concatenation of numbers on no grid",
     "e = Exp(p)\nj = Concat(e, p) {axis=1}\nc = QuantizeLinear(j, t, z)\ny = DequantizeLinear(c, t, z)\noutput y",
     nullptr},
};

Graph movesNetwork(const MovesCase& from)
{
    const std::string head = R"(opset 14
input x: float32[1x4x6x6]
s: float32[] = 0.05
t: float32[] = 0.083
z: uint8[] = 119
groups: int64[5] = [1, 2, 4, 3, 3]
flat: int64[4] = [1, 8, 3, 3]
half: int64[5] = [1, 2, 2, 3, 3]
own: int64[4] = [1, 4, 3, 3]
xc = QuantizeLinear(x, s, z)
xr = DequantizeLinear(xc, s, z)
p0 = MaxPool(xr) {kernel_shape=[2, 2], strides=[2, 2]}
p1 = QuantizeLinear(p0, s, z)
p = DequantizeLinear(p1, s, z)
q0 = AveragePool(xr) {kernel_shape=[2, 2], strides=[2, 2]}
q1 = QuantizeLinear(q0, s, z)
p2 = DequantizeLinear(q1, s, z)
)";
    return parseGraph(head + from.text + "\n");
}

}

void TstInteger::pointsBehindMoves_data()
{
    QTest::addColumn<const MovesCase*>("moves");
    for (const MovesCase& moves : kMoves)
        QTest::newRow(moves.name) << &moves;
}

/// Bytes go through concatenations and shuffles, and the numbers are those of the simulated run.
void TstInteger::pointsBehindMoves()
{
    QFETCH(const MovesCase*, moves);
    const Graph graph = movesNetwork(*moves);
    for (const bool tapAll : {false, true}) {
        CompileOptions options;
        options.tapAll = tapAll;
        std::string kernels;
        compareRuns(graph, options, 5, &kernels);
        if (!tapAll && moves->kernels)
            QVERIFY2(QString::fromStdString(kernels).endsWith(moves->kernels), kernels.c_str());
    }
}

void TstInteger::modelsEqualTheSimulatedRun_data()
{
    QTest::addColumn<QString>("path");
    for (const char* name : {"resnet8_cifar10_int8_qdq", "kws_ds_cnn_int8_qdq", "vww_int8_qdq",
                             "ad01_int8_qdq", "mobilenet_v2_1.0_224_int8_qdq", "portrait_prisma_int8_qdq",
                             "shufflenet_v2_int8_qoperator"})
        QTest::newRow(name) << QString("assets/models/quantized/%1.onnx").arg(name);
}

void TstInteger::modelsEqualTheSimulatedRun()
{
    QFETCH(QString, path);
    LATHE_REQUIRE_SHARED(path.toStdString());
    const Graph graph = simplify(readModel(sharedFile(path.toStdString()), systemFs(), {}).graph).graph;
    for (const int threads : {1, 2}) {
        CompileOptions options;
        options.threads = threads;
        const std::size_t compared = compareRuns(graph, options, 7);
        QVERIFY2(compared > 5, qPrintable(QString::number(compared)));
    }
}

QTEST_GUILESS_MAIN(TstInteger)
#include "tst_integer.moc"
