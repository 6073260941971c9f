// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/ops/reverses.def
#include "core/ops/reverse.h"

#include <QTest>

#include <cmath>
#include <random>
#include <set>

#include "core/ops/infer_shapes.h"
using namespace lathe;

namespace {

/// A node with its operands as graph inputs (float64) or constants; the gradients at all inputs are checked.
struct Case
{
    const char* name;
    const char* text;
    bool positive = false; ///< inputs are positive
};

constexpr Case cases[] = {
    {"Conv", "input x: float64[2x3x5x4]\ninput w: float64[4x3x3x2]\ninput b: float64[4]\n"
             "y = Conv(x, w, b) {pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2]}"},
    {"Conv grouped", "input x: float64[1x4x5x5]\ninput w: float64[6x2x3x3]\ny = Conv(x, w) {group=2}"},
    {"Conv depthwise", "input x: float64[1x3x6x6]\ninput w: float64[3x1x3x3]\ny = Conv(x, w) {group=3, "
                       "pads=[1, 1, 1, 1], strides=[2, 2]}"},
    {"Conv in one dimension",
     "input x: float64[1x2x9]\ninput w: float64[3x2x4]\ny = Conv(x, w) {auto_pad=\"SAME_UPPER\"}"},
    {"MatMul", "input x: float64[3x4]\ninput w: float64[4x5]\ny = MatMul(x, w)"},
    {"MatMul in batches", "input x: float64[2x1x3x4]\ninput w: float64[3x4x2]\ny = MatMul(x, w)"},
    {"MatMul with a vector", "input x: float64[4]\ninput w: float64[2x4x3]\ny = MatMul(x, w)"},
    {"Gemm", "input x: float64[3x4]\ninput w: float64[4x5]\ninput b: float64[5]\ny = Gemm(x, w, b) "
             "{alpha=0.5, beta=2.0}"},
    {"Gemm transposed", "input x: float64[4x3]\ninput w: float64[5x4]\ninput b: float64[3x1]\ny = Gemm(x, w, "
                        "b) {transA=1, transB=1}"},
    {"Add", "input x: float64[2x3x4]\ninput w: float64[3x1]\ny = Add(x, w)"},
    {"Sub", "input x: float64[4]\ninput w: float64[2x3x4]\ny = Sub(x, w)"},
    {"Mul", "input x: float64[2x1x4]\ninput w: float64[3x1]\ny = Mul(x, w)"},
    {"Div", "input x: float64[2x3]\ninput w: float64[3]\ny = Div(x, w)", true},
    {"Pow", "input x: float64[2x3]\ninput w: float64[3]\ny = Pow(x, w)", true},
    {"PRelu", "input x: float64[2x3]\ninput w: float64[3]\ny = PRelu(x, w)"},
    {"Max", "input x: float64[2x3x4]\ninput w: float64[3x1]\ninput v: float64[4]\ny = Max(x, w, v)"},
    {"Min", "input x: float64[4]\ninput w: float64[2x3x4]\ny = Min(x, w)"},
    {"Relu", "input x: float64[30]\ny = Relu(x)"},
    {"Clip", "input x: float64[30]\nl: float64[] = -0.5\nh: float64[] = 0.75\ny = Clip(x, l, h)"},
    {"Clip below only", "input x: float64[30]\nl: float64[] = -0.5\ny = Clip(x, l)"},
    {"LeakyRelu", "input x: float64[30]\ny = LeakyRelu(x) {alpha=0.2}"},
    {"Sigmoid", "input x: float64[30]\ny = Sigmoid(x)"},
    {"Tanh", "input x: float64[30]\ny = Tanh(x)"},
    {"HardSwish", "input x: float64[60]\ny = HardSwish(x)"},
    {"HardSigmoid", "input x: float64[60]\ny = HardSigmoid(x) {alpha=0.4, beta=0.3}"},
    {"Elu", "input x: float64[30]\ny = Elu(x) {alpha=1.5}"},
    {"Erf", "input x: float64[30]\ny = Erf(x)"},
    {"Gelu", "opset 20\ninput x: float64[30]\ny = Gelu(x)"},
    {"Gelu by tanh", "opset 20\ninput x: float64[30]\ny = Gelu(x) {approximate=\"tanh\"}"},
    {"Gelu of com.microsoft", "opset com.microsoft 1\ninput x: float64[30]\ny = com.microsoft::Gelu(x)"},
    {"Sqrt", "input x: float64[30]\ny = Sqrt(x)", true},
    {"Exp", "input x: float64[30]\ny = Exp(x)"},
    {"Log", "input x: float64[30]\ny = Log(x)", true},
    {"Reciprocal", "input x: float64[30]\ny = Reciprocal(x)", true},
    {"Neg", "input x: float64[30]\ny = Neg(x)"},
    {"Abs", "input x: float64[30]\ny = Abs(x)"},
    {"Softplus", "input x: float64[30]\ny = Softplus(x)"},
    {"Mish", "opset 18\ninput x: float64[30]\ny = Mish(x)"},
    {"Softmax", "input x: float64[2x5x3]\ny = Softmax(x) {axis=1}"},
    {"LogSoftmax", "input x: float64[2x5]\ny = LogSoftmax(x)"},
    {"BatchNormalization",
     "input x: float64[2x3x4]\ninput s: float64[3]\ninput b: float64[3]\ninput m: float64[3]\n"
     "input v: float64[3]\ny = BatchNormalization(x, s, b, m, v)",
     true},
    {"LayerNormalization", "opset 17\ninput x: float64[2x3x8]\ninput s: float64[8]\ninput b: float64[8]\n"
                           "y = LayerNormalization(x, s, b)"},
    {"LayerNormalization over two axes", "opset 17\ninput x: float64[2x3x4]\ninput s: float64[3x1]\n"
                                         "y = LayerNormalization(x, s) {axis=1}"},
    {"MaxPool", "input x: float64[1x2x6x5]\n"
                "y = MaxPool(x) {kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]}"},
    {"AveragePool", "input x: float64[2x2x6x5]\ny = AveragePool(x) {kernel_shape=[3, 2], strides=[2, 2], "
                    "pads=[1, 1, 1, 0], count_include_pad=1}"},
    {"AveragePool without padding", "input x: float64[1x2x6x5]\n"
                                    "y = AveragePool(x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}"},
    {"GlobalAveragePool", "input x: float64[2x3x4x2]\ny = GlobalAveragePool(x)"},
    {"GlobalMaxPool", "input x: float64[2x3x4x2]\ny = GlobalMaxPool(x)"},
    {"ReduceMean", "input x: float64[2x3x4]\ny = ReduceMean(x) {axes=[0, -1]}"},
    {"ReduceMax", "input x: float64[2x3x4]\ny = ReduceMax(x) {axes=[1], keepdims=0}"},
    {"ReduceMin", "input x: float64[2x3x4]\ny = ReduceMin(x)"},
    {"ReduceSum", "input x: float64[2x3x4]\na: int64[1] = [1]\ny = ReduceSum(x, a) {keepdims=0}"},
    {"Identity", "input x: float64[6]\ny = Identity(x)"},
    {"Dropout", "input x: float64[6]\ny = Dropout(x)"},
    {"Reshape", "input x: float64[2x6]\ns: int64[2] = [3, -1]\ny = Reshape(x, s)"},
    {"Flatten", "input x: float64[2x3x2]\ny = Flatten(x)"},
    {"Squeeze", "input x: float64[2x1x3]\na: int64[1] = [1]\ny = Squeeze(x, a)"},
    {"Unsqueeze", "input x: float64[2x3]\na: int64[1] = [1]\ny = Unsqueeze(x, a)"},
    {"Transpose", "input x: float64[2x3x4]\ny = Transpose(x) {perm=[2, 0, 1]}"},
    {"Concat",
     "input x: float64[2x3]\ninput w: float64[2x1]\ninput v: float64[2x2]\ny = Concat(x, w, v) {axis=1}"},
    {"Split", "input x: float64[2x5]\ns: int64[2] = [2, 3]\ny, z = Split(x, s) {axis=1}"},
    {"Slice", "input x: float64[4x5]\na: int64[2] = [3, 1]\nb: int64[2] = [0, 4]\nc: int64[2] = [0, 1]\n"
              "d: int64[2] = [-2, 1]\ny = Slice(x, a, b, c, d)"},
    {"Gather", "input x: float64[4x3]\ni: int64[3] = [2, 0, 2]\ny = Gather(x, i)"},
    {"Expand", "input x: float64[3x1]\ns: int64[3] = [2, 3, 4]\ny = Expand(x, s)"},
    {"Tile", "input x: float64[3x2]\nr: int64[2] = [2, 3]\ny = Tile(x, r)"},
    {"DepthToSpace", "input x: float64[1x8x2x3]\ny = DepthToSpace(x) {blocksize=2}"},
    {"SpaceToDepth", "input x: float64[1x2x4x6]\ny = SpaceToDepth(x) {blocksize=2}"},
    {"Resize",
     "input x: float64[1x2x2x3]\nr: float32[4] = [1, 1, 2, 1.5]\ny = Resize(x, _, r) {mode=\"nearest\"}"},
    {"Pad", "input x: float64[3x2]\np: int64[4] = [1, 0, 2, 1]\nv: float64[] = 4\ny = Pad(x, p, v)"},
    {"Pad by reflection",
     "input x: float64[4x3]\np: int64[4] = [1, 2, 2, 1]\ny = Pad(x, p) {mode=\"reflect\"}"},
};

Tensor randomTensor(const Shape& shape, std::mt19937& generator, bool positive)
{
    std::normal_distribution<double> normal(0.1, 1.2);
    Tensor tensor(DType::float64, shape);
    for (double& value : tensor.mutableData<double>())
        value = positive ? 0.5 + std::abs(normal(generator)) : normal(generator);
    return tensor;
}

/// One node with numbers for its operands and a weight for each element of its outputs.
struct Evaluation
{
    explicit Evaluation(const Case& one)
        : graph(parseGraph(std::string(one.text) + "\noutput y"))
        , node(graph.nodes().front())
    {
        inferShapes(graph);
        std::mt19937 generator(7);
        for (const ValueId id : node.inputs) {
            if (!id.valid()) {
                inputs.emplace_back();
                wanted.push_back(0);
                continue;
            }
            const Value& value = graph.value(id);
            inputs.push_back(value.isConstant() ? value.constant
                                                : randomTensor(*value.shape, generator, one.positive));
            wanted.push_back(value.isConstant() ? 0 : 1);
        }
        outputs = run();
        outputs.resize(node.outputs.size());
        for (const Tensor& output : outputs)
            weights.push_back(randomTensor(output.shape(), generator, false));
    }

    int opset() const { return graph.opsets.at(""); }

    std::vector<Tensor> run() const { return findOp(node)->run({node, inputs, opset(), Control()}); }

    std::vector<Tensor> reverse() const
    {
        return findReverse(node)->vjp({node, inputs, outputs, weights, wanted, opset(), Control()});
    }

    double weightedSum(double* magnitude = nullptr) const
    {
        const std::vector<Tensor> results = run();
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            for (std::int64_t k = 0; k < weights[i].elements(); ++k) {
                sum += weights[i].at(k) * results[i].at(k);
                if (magnitude)
                    *magnitude += std::abs(weights[i].at(k) * results[i].at(k));
            }
        return sum;
    }

    Graph graph;
    Node node;
    std::vector<Tensor> inputs, outputs, weights;
    std::vector<char> wanted;
};

}

class TstReverses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyReverseHasACase()
    {
        std::set<std::string> known;
        for (const Case& one : cases)
            known.insert(opId(Evaluation(one).node));
        for (const Reverse& reverse : reverses()) {
            QVERIFY2(known.contains(reverse.id), reverse.id.c_str());
            QVERIFY2(ops().find(reverse.id), reverse.id.c_str());
        }
    }

    void agreesWithFiniteDifferences_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(cases)); ++i)
            QTest::newRow(cases[i].name) << i;
    }

    void agreesWithFiniteDifferences()
    {
        QFETCH(const int, index);
        Evaluation evaluation(cases[index]);
        const std::vector<Tensor> gradients = evaluation.reverse();
        QCOMPARE(gradients.size(), evaluation.inputs.size());
        double magnitude = 0;
        evaluation.weightedSum(&magnitude);
        // Central differences are off by the rounding of the sum over the step, and by the step squared times
        // the third derivative, which stays below a hundred here.
        constexpr double step = 1e-5, third = 100;
        const double rounding = 64 * 0x1p-53 * (1 + magnitude) / step;
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            if (evaluation.wanted[i] == 0) {
                QVERIFY(gradients[i].empty());
                continue;
            }
            QVERIFY2(static_cast<int>(i) < findReverse(evaluation.node)->operands,
                     "an operand no gradient can reach");
            QCOMPARE(gradients[i].shape(), evaluation.inputs[i].shape());
            QCOMPARE(gradients[i].dtype(), DType::float64);
            for (std::int64_t k = 0; k < gradients[i].elements(); ++k) {
                double& element = evaluation.inputs[i].mutableData<double>()[static_cast<std::size_t>(k)];
                const double before = element;
                element = before + step;
                const double above = evaluation.weightedSum();
                evaluation.inputs[i].mutableData<double>()[static_cast<std::size_t>(k)] = before - step;
                const double below = evaluation.weightedSum();
                evaluation.inputs[i].mutableData<double>()[static_cast<std::size_t>(k)] = before;
                const double expected = (above - below) / (2 * step);
                const double tolerance = rounding + third * step * step * (1 + std::abs(expected));
                QVERIFY2(std::abs(gradients[i].at(k) - expected) <= tolerance,
                         qPrintable(QString("input %1, element %2: %3 instead of %4")
                                        .arg(i)
                                        .arg(k)
                                        .arg(gradients[i].at(k))
                                        .arg(expected)));
            }
        }
    }

    void leavesOutWhatIsNotWanted()
    {
        Evaluation evaluation(cases[0]);
        evaluation.wanted = {0, 1, 0};
        const std::vector<Tensor> gradients = evaluation.reverse();
        QVERIFY(gradients[0].empty());
        QVERIFY(!gradients[1].empty());
        QVERIFY(gradients[2].empty());
    }

    void suitsOnlySomeNodes()
    {
        const auto hasReverse = [](const char* text) {
            return findReverse(parseGraph(std::string(text) + "\noutput y").nodes().front()) != nullptr;
        };
        const std::string batchNorm =
            "opset 15\ninput x: float64[2x3]\ninput s: float64[3]\ninput b: float64[3]\n"
            "input m: float64[3]\ninput v: float64[3]\ny = BatchNormalization(x, s, b, m, v)";
        QVERIFY(hasReverse(batchNorm.c_str()));
        QVERIFY(!hasReverse((batchNorm + " {training_mode=1}").c_str()));
        const std::string resize =
            "input x: float64[1x2x2x3]\nr: float32[4] = [1, 1, 2, 2]\ny = Resize(x, _, r) ";
        QVERIFY(hasReverse((resize + "{mode=\"nearest\"}").c_str()));
        QVERIFY(!hasReverse((resize + "{mode=\"linear\"}").c_str()));
        QVERIFY(!hasReverse(
            "opset 17\ninput x: float64[2x8]\ninput s: float64[8]\ny, m = LayerNormalization(x, s)"));
        QVERIFY(!hasReverse("input x: float64[4]\ny = Round(x)"));
    }
};

QTEST_APPLESS_MAIN(TstReverses)
#include "tst_reverses.moc"
