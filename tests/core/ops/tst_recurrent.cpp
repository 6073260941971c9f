// SPDX-License-Identifier: GPL-3.0-or-later
// RNN, GRU and LSTM against the same written out in primitive operators, and their options against each other.
#include <QTest>
#include <cmath>
#include <random>

#include "core/ops/infer_shapes.h"
#include "core/ops/recurrent.h"
#include "core/ops/reference.h"
#include "core/tensor/compare.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

constexpr std::int64_t kSteps = 4, kBatch = 2, kInputs = 3, kHidden = 5;

Tensor random(const Shape& shape, unsigned seed)
{
    std::mt19937 generator(seed);
    Tensor tensor(DType::float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = static_cast<float>(generator()) / 2147483648.0f - 1.0f;
    return tensor;
}

TensorMap run(const std::string& text, const TensorMap& inputs)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    TensorMap results = runReference(graph, inputs, Control());
    for (const ValueId id : graph.outputs)
        if (results.at(graph.value(id).name).shape() != graph.value(id).shape)
            throw Error(ErrorCode::internal, graph.value(id).name, {{"what", "the inferred shape is wrong"}});
    return results;
}

double difference(const Tensor& expected, const Tensor& actual)
{
    return expected.shape() == actual.shape() ? compare(expected, actual).relativeMax() : INFINITY;
}

std::string size(std::int64_t n)
{
    return std::to_string(n);
}

/// Constants w, r, b with `gates` gates for one direction.
std::string weights(int gates, int directions = 1)
{
    const std::string d = size(directions), rows = size(gates * kHidden);
    return "w: float32[" + d + "x" + rows + "x" + size(kInputs) + "] = ...\nr: float32[" + d + "x" + rows + "x" +
           size(kHidden) + "] = ...\nb: float32[" + d + "x" + size(2 * gates * kHidden) + "] = ...\n";
}

const std::string kInput = "input x: float32[4x2x3]\n";

/// Node lines that compute the gate `g` of step `t` from the state h<t>: "<name><t> = W x + R h + both biases".
std::string gateSum(const std::string& name, int gate, int t, const std::string& state)
{
    const std::string id = name + size(t), g = size(gate);
    return id + "x = Gemm(x" + size(t) + ", W" + g + ", bw" + g + ") {transB=1}\n" + id + "h = Gemm(" + state + ", R" + g +
           ", br" + g + ") {transB=1}\n" + id + " = Add(" + id + "x, " + id + "h)\n";
}

/// The rows of each gate cut out of w, r and b, and the time steps of x.
std::string cutOut(int gates)
{
    std::string text = "axis0: int64[1] = 0\naxis1: int64[1] = 1\n";
    const auto range = [&](const std::string& name, std::int64_t first, std::int64_t last) {
        text += name + "a: int64[1] = " + size(first) + "\n" + name + "e: int64[1] = " + size(last) + "\n";
    };
    for (int g = 0; g < gates; ++g) {
        const std::string id = size(g);
        range("g" + id, g * kHidden, (g + 1) * kHidden);
        range("q" + id, (gates + g) * kHidden, (gates + g + 1) * kHidden);
        for (const char* matrix : {"w", "r"})
            text += std::string(matrix) + "cut" + id + " = Slice(" + matrix + ", g" + id + "a, g" + id + "e, axis1)\n" +
                    (matrix[0] == 'w' ? "W" : "R") + id + " = Squeeze(" + matrix + "cut" + id + ", axis0)\n";
        text += "bwc" + id + " = Slice(b, g" + id + "a, g" + id + "e, axis1)\nbw" + id + " = Squeeze(bwc" + id + ", axis0)\n";
        text += "brc" + id + " = Slice(b, q" + id + "a, q" + id + "e, axis1)\nbr" + id + " = Squeeze(brc" + id + ", axis0)\n";
    }
    for (int t = 0; t < kSteps; ++t)
        text += "t" + size(t) + ": int64[] = " + size(t) + "\nx" + size(t) + " = Gather(x, t" + size(t) + ") {axis=0}\n";
    return text + "h0: float32[2x5] = 0\nc0: float32[2x5] = 0\n";
}

std::string unrolledLstm()
{
    std::string text = kInput + weights(4) + cutOut(4);
    for (int t = 0; t < kSteps; ++t) {
        const std::string n = size(t), next = size(t + 1), h = "h" + n;
        text += gateSum("i", 0, t, h) + gateSum("o", 1, t, h) + gateSum("f", 2, t, h) + gateSum("g", 3, t, h);
        text += "si" + n + " = Sigmoid(i" + n + ")\nso" + n + " = Sigmoid(o" + n + ")\nsf" + n + " = Sigmoid(f" + n +
                ")\ntg" + n + " = Tanh(g" + n + ")\nkeep" + n + " = Mul(sf" + n + ", c" + n + ")\nnew" + n + " = Mul(si" + n +
                ", tg" + n + ")\nc" + next + " = Add(keep" + n + ", new" + n + ")\nth" + n + " = Tanh(c" + next + ")\nh" + next +
                " = Mul(so" + n + ", th" + n + ")\n";
    }
    return text + "output h4, c4";
}

std::string unrolledGru()
{
    std::string text = kInput + weights(3) + cutOut(3) + "one: float32[] = 1\n";
    for (int t = 0; t < kSteps; ++t) {
        const std::string n = size(t), next = size(t + 1), h = "h" + n;
        text += gateSum("z", 0, t, h) + gateSum("r", 1, t, h);
        text += "sz" + n + " = Sigmoid(z" + n + ")\nsr" + n + " = Sigmoid(r" + n + ")\nrh" + n + " = Mul(sr" + n + ", h" + n + ")\n";
        text += gateSum("n", 2, t, "rh" + n);
        text += "tn" + n + " = Tanh(n" + n + ")\nnz" + n + " = Sub(one, sz" + n + ")\na" + n + " = Mul(nz" + n + ", tn" + n +
                ")\nk" + n + " = Mul(sz" + n + ", h" + n + ")\nh" + next + " = Add(a" + n + ", k" + n + ")\n";
    }
    return text + "output h4";
}

std::string unrolledRnn()
{
    std::string text = kInput + weights(1) + cutOut(1);
    for (int t = 0; t < kSteps; ++t)
        text += gateSum("s", 0, t, "h" + size(t)) + "h" + size(t + 1) + " = Tanh(s" + size(t) + ")\n";
    return text + "output h4";
}

}

class TstRecurrent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void unrolledFormsAgree()
    {
        const TensorMap x{{"x", random({kSteps, kBatch, kInputs}, 1)}};
        const auto flat = [](const Tensor& state) { return state.reshaped({kBatch, kHidden}); };
        const TensorMap lstm = run(kInput + weights(4) + "y, h, c = LSTM(x, w, r, b) {hidden_size=5}\noutput y, h, c", x);
        const TensorMap written = run(unrolledLstm(), x);
        QVERIFY(difference(written.at("h4"), flat(lstm.at("h"))) < 1e-6);
        QVERIFY(difference(written.at("c4"), flat(lstm.at("c"))) < 1e-6);
        const TensorMap gru = run(kInput + weights(3) + "_, h = GRU(x, w, r, b) {hidden_size=5}\noutput h", x);
        QVERIFY(difference(run(unrolledGru(), x).at("h4"), flat(gru.at("h"))) < 1e-6);
        const TensorMap rnn = run(kInput + weights(1) + "_, h = RNN(x, w, r, b) {hidden_size=5}\noutput h", x);
        QVERIFY(difference(run(unrolledRnn(), x).at("h4"), flat(rnn.at("h"))) < 1e-6);
    }

    void options_data()
    {
        QTest::addColumn<QString>("op");
        QTest::addColumn<int>("gates");
        QTest::newRow("LSTM") << "LSTM" << 4;
        QTest::newRow("GRU") << "GRU" << 3;
        QTest::newRow("RNN") << "RNN" << 1;
    }

    /// Both directions at once are each of them alone.
    void directionsAreIndependent_data() { options_data(); }
    void directionsAreIndependent()
    {
        QFETCH(QString, op);
        QFETCH(int, gates);
        const TensorMap x{{"x", random({kSteps, kBatch, kInputs}, 2)}};
        const std::string name = op.toStdString(), both = kInput + weights(gates, 2);
        const Tensor y = run(both + "y = " + name + "(x, w, r, b) {hidden_size=5, direction=\"bidirectional\"}\noutput y", x).at("y");
        const std::string parts = both + "w0, w1 = Split(w) {axis=0}\nr0, r1 = Split(r) {axis=0}\nb0, b1 = Split(b) {axis=0}\n";
        const TensorMap alone = run(parts + "f = " + name + "(x, w0, r0, b0) {hidden_size=5}\ng = " + name +
                                        "(x, w1, r1, b1) {hidden_size=5, direction=\"reverse\"}\nj = Concat(f, g) {axis=1}\noutput j",
                                    x);
        QVERIFY(identical(y, alone.at("j")));
    }

    /// layout 1 is layout 0 with the batch in front.
    void layoutsAgree_data() { options_data(); }
    void layoutsAgree()
    {
        QFETCH(QString, op);
        QFETCH(int, gates);
        const TensorMap x{{"x", random({kSteps, kBatch, kInputs}, 3)}};
        const std::string name = op.toStdString(), both = kInput + weights(gates, 2);
        const std::string turned = both + "p = Transpose(x) {perm=[1, 0, 2]}\ny, h = " + name +
                                   "(p, w, r, b) {hidden_size=5, layout=1, direction=\"bidirectional\"}\n"
                                   "q = Transpose(y) {perm=[1, 2, 0, 3]}\ns = Transpose(h) {perm=[1, 0, 2]}\noutput q, s";
        const TensorMap second = run(turned, x);
        const TensorMap first = run(both + "y, h = " + name + "(x, w, r, b) {hidden_size=5, direction=\"bidirectional\"}\noutput y, h", x);
        QVERIFY(identical(first.at("y"), second.at("q")));
        QVERIFY(identical(first.at("h"), second.at("s")));
    }

    /// A shorter sample is what its first steps give alone; behind them there are zeros.
    void lengthsAreKept_data() { options_data(); }
    void lengthsAreKept()
    {
        QFETCH(QString, op);
        QFETCH(int, gates);
        const Tensor x = random({kSteps, kBatch, kInputs}, 4);
        const std::string name = op.toStdString(), both = kInput + weights(gates, 2);
        const TensorMap cut = run(both + "l: int32[2] = [4, 2]\ny, h = " + name +
                                      "(x, w, r, b, l) {hidden_size=5, direction=\"bidirectional\"}\noutput y, h", {{"x", x}});
        const std::string shorter = both + "a: int64[1] = 0\ne: int64[1] = 2\nk = Slice(x, a, e)\ny, h = " + name +
                                    "(k, w, r, b) {hidden_size=5, direction=\"bidirectional\"}\noutput y, h";
        const TensorMap two = run(shorter, {{"x", x}});
        const auto at = [](const Tensor& y, std::int64_t t, std::int64_t d, std::int64_t i) {
            return y.at(((t * 2 + d) * kBatch + 1) * kHidden + i);
        };
        for (std::int64_t d = 0; d < 2; ++d)
            for (std::int64_t i = 0; i < kHidden; ++i) {
                QCOMPARE(cut.at("h").at((d * kBatch + 1) * kHidden + i), two.at("h").at((d * kBatch + 1) * kHidden + i));
                for (std::int64_t t = 0; t < kSteps; ++t)
                    QCOMPARE(at(cut.at("y"), t, d, i), t < 2 ? at(two.at("y"), t, d, i) : 0.0);
            }
        LATHE_EXPECT_ERROR(operatorInput, run(both + "l: int32[2] = [5, 2]\ny = " + name +
                                                  "(x, w, r, b, l) {hidden_size=5, direction=\"bidirectional\"}\noutput y", {{"x", x}}));
    }

    /// Two halves of a sequence, the state handed on, are the whole.
    void statesAreHandedOn()
    {
        const TensorMap x{{"x", random({kSteps, kBatch, kInputs}, 5)}};
        const std::string halves = kInput + weights(4) + "p, q = Split(x) {axis=0}\n_, h1, c1 = LSTM(p, w, r, b) {hidden_size=5}\n"
                                   "_, h, c = LSTM(q, w, r, b, _, h1, c1) {hidden_size=5}\noutput h, c";
        const TensorMap second = run(halves, x);
        const TensorMap whole = run(kInput + weights(4) + "_, h, c = LSTM(x, w, r, b) {hidden_size=5}\noutput h, c", x);
        QVERIFY(difference(whole.at("h"), second.at("h")) < 1e-6);
        QVERIFY(difference(whole.at("c"), second.at("c")) < 1e-6);
    }

    void optionsChangeTheResult_data()
    {
        QTest::addColumn<QString>("op");
        QTest::addColumn<int>("gates");
        QTest::addColumn<QString>("option");
        QTest::newRow("clip") << "LSTM" << 4 << "clip=0.2";
        QTest::newRow("coupled gates") << "LSTM" << 4 << "input_forget=1";
        QTest::newRow("linear before reset") << "GRU" << 3 << "linear_before_reset=1";
        QTest::newRow("activations") << "RNN" << 1 << "activations=[\"Affine\"], activation_alpha=[0.5], activation_beta=[0.25]";
    }

    void optionsChangeTheResult()
    {
        QFETCH(QString, op);
        QFETCH(int, gates);
        QFETCH(QString, option);
        const TensorMap x{{"x", random({kSteps, kBatch, kInputs}, 6)}};
        const std::string head = kInput + weights(gates) + "y = " + op.toStdString() + "(x, w, r, b) {hidden_size=5";
        QVERIFY(difference(run(head + "}\noutput y", x).at("y"),
                           run(head + ", " + option.toStdString() + "}\noutput y", x).at("y")) > 1e-3);
    }

    /// One step by hand: H = 1, I = 1.
    void numbersByHand()
    {
        const auto one = [](const std::string& node) {
            return run("input x: float32[1x1x1]\nw: float32[1x4x1] = [1, 2, 3, 4]\nr: float32[1x4x1] = 0\n"
                       "c: float32[1x1x1] = 0.5\np: float32[1x3] = [0.1, 0.2, 0.3]\n" + node, {{"x", Tensor::of<float>({1, 1, 1}, {0.5f})}});
        };
        const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
        const double i = sigmoid(0.5 + 0.05), f = sigmoid(1.5 + 0.15), g = std::tanh(2.0);
        const double cell = f * 0.5 + i * g, o = sigmoid(1 + 0.2 * cell);
        const TensorMap result = one("_, h, k = LSTM(x, w, r, _, _, _, c, p) {hidden_size=1}\noutput h, k");
        QVERIFY(std::fabs(result.at("k").at(0) - cell) < 1e-6);
        QVERIFY(std::fabs(result.at("h").at(0) - o * std::tanh(cell)) < 1e-6);
        const TensorMap coupled = one("_, _, k = LSTM(x, w, r, _, _, _, c, p) {hidden_size=1, input_forget=1}\noutput k");
        QVERIFY(std::fabs(coupled.at("k").at(0) - ((1 - i) * 0.5 + i * g)) < 1e-6);
        const TensorMap clipped = one("_, _, k = LSTM(x, w, r, _, _, _, c, p) {hidden_size=1, clip=0.3}\noutput k");
        QVERIFY(std::fabs(clipped.at("k").at(0) - (sigmoid(0.3) * 0.5 + sigmoid(0.3) * std::tanh(0.3))) < 1e-6);
    }

    void activationFunctions()
    {
        using Kind = GateActivation::Kind;
        QCOMPARE((GateActivation{Kind::relu, 0, 0}(-2)), 0.0);
        QCOMPARE((GateActivation{Kind::leakyRelu, 0.1, 0}(-2)), -0.2);
        QCOMPARE((GateActivation{Kind::thresholdedRelu, 1, 0}(1)), 0.0);
        QCOMPARE((GateActivation{Kind::scaledTanh, 2, 0.5}(1)), 2 * std::tanh(0.5));
        QCOMPARE((GateActivation{Kind::hardSigmoid, 0.2, 0.5}(9)), 1.0);
        QCOMPARE((GateActivation{Kind::elu, 2, 0}(-1)), 2 * std::expm1(-1));
        QCOMPARE((GateActivation{Kind::softsign, 0, 0}(-3)), -0.75);
        QCOMPARE((GateActivation{Kind::softplus, 0, 0}(0)), std::log(2.0));
    }

    void parametersGoToFunctionsThatTakeThem()
    {
        Node node;
        node.op = "GRU";
        node.attributes["activations"] = std::vector<std::string>{"Sigmoid", "LeakyRelu", "HardSigmoid", "tanh"};
        node.attributes["activation_alpha"] = std::vector<float>{0.5F, 0.25F};
        node.attributes["direction"] = std::string("bidirectional");
        const RecurrentForm form = recurrentForm(node, {GateActivation::Kind::sigmoid, GateActivation::Kind::tanh}, 3);
        QCOMPARE(form.activationsOf(0)[1].alpha, 0.5);
        QCOMPARE(form.activationsOf(1)[0].alpha, 0.25);
        QCOMPARE(form.activationsOf(1)[0].beta, 0.5);
        node.attributes["activations"] = std::vector<std::string>{"Sigmoid", "Nonsense", "Sigmoid", "Tanh"};
        LATHE_EXPECT_ERROR(operatorInput, recurrentForm(node, {GateActivation::Kind::sigmoid, GateActivation::Kind::tanh}, 3));
    }

    void misfitsAreRefused()
    {
        const TensorMap x{{"x", random({kSteps, kBatch, kInputs}, 7)}};
        LATHE_EXPECT_ERROR(operatorInput, run(kInput + weights(4) + "y = LSTM(x, w, r, b) {hidden_size=6}\noutput y", x));
        LATHE_EXPECT_ERROR(operatorInput, run(kInput + weights(3) + "y = LSTM(x, w, r, b) {hidden_size=5}\noutput y", x));
        LATHE_EXPECT_ERROR(operatorInput, run(kInput + weights(1) + "y = RNN(x, w, r, b) {direction=\"up\"}\noutput y", x));
        LATHE_EXPECT_ERROR(operatorInput, run(kInput + weights(1) + "y = RNN(x, w, r, w)\noutput y", x));
    }

    void nothingToDo()
    {
        const std::string text = "input x: float32[?x?x3]\n" + weights(4) + "y, h, c = LSTM(x, w, r, b)\noutput y, h, c";
        Graph graph = parseGraph(text);
        inferShapes(graph);
        const TensorMap noSteps = runReference(graph, {{"x", Tensor(DType::float32, {0, 2, 3})}}, Control());
        QCOMPARE(noSteps.at("y").shape(), (Shape{0, 1, 2, 5}));
        QCOMPARE(noSteps.at("h").toFloats(), std::vector<float>(10, 0.0f));
        const TensorMap noSamples = runReference(graph, {{"x", Tensor(DType::float32, {4, 0, 3})}}, Control());
        QCOMPARE(noSamples.at("c").shape(), (Shape{1, 0, 5}));
    }
};

QTEST_GUILESS_MAIN(TstRecurrent)
#include "tst_recurrent.moc"
