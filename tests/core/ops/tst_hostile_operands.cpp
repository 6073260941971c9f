// SPDX-License-Identifier: GPL-3.0-or-later
// Every operator with operands and attributes that make no sense: it may compute something or throw an Error, nothing
// else. Runs under the sanitizers too.
#include <QTest>
#include <limits>
#include <random>

#include "core/ops/infer_shapes.h"
#include "core/ops/reference.h"
#include "core/ops/upgrade.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// A seeded source of choices.
class Dice {
public:
    explicit Dice(unsigned seed) : m_engine(seed) {}
    std::int64_t below(std::int64_t count) { return static_cast<std::int64_t>(m_engine() % static_cast<unsigned>(count)); }
    template <typename T> T of(std::initializer_list<T> choices)
    {
        return choices.begin()[below(static_cast<std::int64_t>(choices.size()))];
    }

private:
    std::mt19937 m_engine;
};

std::int64_t oddInteger(Dice& dice)
{
    return dice.of<std::int64_t>({-3, -1, -1, 0, 0, 1, 1, 1, 2, 2, 3, 4, 7, INT64_MAX, INT64_MIN, std::int64_t{1} << 32});
}

double oddReal(Dice& dice)
{
    return dice.of({0.0, 0.5, 1.0, 2.0, -1.0, 1e30, std::numeric_limits<double>::infinity(),
                    std::numeric_limits<double>::quiet_NaN()});
}

Tensor oddTensor(Dice& dice)
{
    std::vector<std::int64_t> dims;
    for (std::int64_t rank = dice.below(6); rank > 0; --rank)
        dims.push_back(dice.of<std::int64_t>({0, 1, 1, 2, 2, 3, 4}));
    if (dims.size() > 2 && dice.below(2))
        dims[0] = dims[1] = 2;
    const Shape shape(dims);
    std::vector<double> values(static_cast<std::size_t>(shape.elements()));
    const bool tame = dice.below(3) > 0;
    for (double& value : values)
        value = tame ? static_cast<double>(dice.below(5) - 1) : oddReal(dice);
    const DType type = dice.of({DType::float32, DType::float32, DType::float32, DType::int64, DType::int64, DType::float64,
                                DType::float16, DType::int32, DType::int8, DType::uint8, DType::boolean, DType::int4,
                                DType::uint64});
    return Tensor::of<double>(shape, values).converted(type);
}

void addOddAttributes(Dice& dice, Attributes& attributes)
{
    if (dice.below(3) == 0)
        return;
    const std::int64_t rarity = dice.of<std::int64_t>({1, 5, 25});
    for (const char* key : {"axis", "group", "ceil_mode", "keepdims", "transA", "transB", "blocksize", "block_size", "to",
                            "allowzero", "size", "fmod", "largest", "num_outputs", "batch_dims", "antialias",
                            "exclude_outside", "output_dtype", "start", "end", "k", "storage_order", "count_include_pad",
                            "noop_with_empty_axes", "lathe_bits", "lathe_minimum_code", "exclusive", "reverse", "dtype", "sorted",
                            "batch_axis", "time_axis", "center_point_box", "output_height", "output_width", "sampling_ratio",
                            "align_corners", "p", "num_groups", "periodic", "output_datatype", "onesided", "inverse",
                            "ignore_index", "offset_group", "upper", "max_gram_length", "min_gram_length", "max_skip_count",
                            "sample_size"})
        if (dice.below(8 * rarity) == 0)
            attributes[key] = dice.below(4) ? dice.below(4) - 1 : oddInteger(dice);
    for (const char* key : {"kernel_shape", "strides", "pads", "dilations", "output_padding", "output_shape", "axes", "perm",
                            "starts", "ends", "split", "pooled_shape", "ngram_counts", "ngram_indexes", "pool_int64s", "shape"})
        if (dice.below(4 * rarity) == 0) {
            std::vector<std::int64_t> list;
            for (std::int64_t count = dice.below(6); count > 0; --count)
                list.push_back(dice.below(4) ? dice.below(3) + 1 : oddInteger(dice));
            attributes[key] = list;
        }
    for (const char* key : {"alpha", "beta", "epsilon", "bias", "ratio", "value", "spatial_scale"})
        if (dice.below(8 * rarity) == 0)
            attributes[key] = static_cast<float>(oddReal(dice));
    if (dice.below(4 * rarity) == 0)
        attributes["mode"] = dice.of<std::string>({"nearest", "linear", "cubic", "reflect", "edge", "wrap", "CRD", "avg", "max", "TF", "odd"});
    if (dice.below(4 * rarity) == 0)
        attributes["equation"] = dice.of<std::string>({"ij,jk->ik", "i,i", "...i->...", "ii->i", "ij->ji", "i->ij", ",", "-"});
    if (dice.below(4) == 0)
        attributes["direction"] = dice.of<std::string>({"LEFT", "RIGHT", "odd"});
    if (dice.below(4 * rarity) == 0)
        attributes["auto_pad"] = dice.of<std::string>({"SAME_UPPER", "SAME_LOWER", "VALID", "odd"});
    if (dice.below(4 * rarity) == 0)
        attributes["coordinate_transformation_mode"] =
            dice.of<std::string>({"asymmetric", "align_corners", "tf_crop_and_resize", "half_pixel_symmetric", "odd"});
    if (dice.below(8 * rarity) == 0)
        attributes["reduction"] = dice.of<std::string>({"add", "mul", "max", "sum", "mean", "none", "odd"});
}

ValueInfo infoOf(Dice& dice, const Tensor& tensor)
{
    ValueInfo info{tensor.dtype(), tensor.shape(), {}};
    if (tensor.empty())
        return {};
    if (dice.below(2))
        info.constant = tensor;
    else if (dice.below(3) == 0)
        for (int axis = 0; axis < info.shape->rank(); ++axis)
            if (dice.below(2))
                (*info.shape)[axis] = Shape::unknown;
    if (info.constant.empty() && dice.below(6) == 0)
        info.shape.reset();
    return info;
}

/// How often an operator computed something.
int tryOperator(const Op& op, int rounds)
{
    int computed = 0;
    const Control control;
    for (int round = 0; round < rounds; ++round) {
        Dice dice(static_cast<unsigned>(round) * 7919u + 17u);
        Node node;
        node.op = op.id;
        node.outputs.resize(static_cast<std::size_t>(dice.below(3)));
        addOddAttributes(dice, node.attributes);
        std::vector<Tensor> operands;
        std::vector<ValueInfo> infos;
        const Tensor shared = oddTensor(dice);
        for (std::int64_t count = dice.below(9); count > 0; --count) {
            const std::int64_t kind = dice.below(8);
            operands.push_back(kind == 0 ? Tensor() : kind < 4 ? shared : oddTensor(dice));
            infos.push_back(infoOf(dice, operands.back()));
        }
        try {
            if (op.refuse && !op.refuse(node).empty())
                continue;
            if (op.infer) {
                const InferContext context{node, infos, 13};
                const std::vector<ValueInfo> outputs = op.infer(context);
                if (op.macs)
                    op.macs(context, outputs);
            }
        } catch (const Error&) {
        }
        try {
            if (op.run)
                computed += !op.run({node, operands, 13, control}).empty();
        } catch (const Error&) {
        }
    }
    return computed;
}

}

class TstHostileOperands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void computesOrThrows_data()
    {
        QTest::addColumn<QString>("id");
        for (const Op& op : ops())
            QTest::newRow(op.id.c_str()) << QString::fromStdString(op.id);
    }

    void computesOrThrows()
    {
        QFETCH(QString, id);
        const int computed = tryOperator(*ops().find(id.toStdString()), 400);
        if (id == "Relu" || id == "Conv" || id == "Resize" || id == "Gather" || id == "QuantizeLinear")
            QVERIFY2(computed > 0, "no round got as far as a result");
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {
                 "a: uint8[2] = 1\nb: uint8[3] = 1\ny = BitShift(a, b) {direction=\"LEFT\"}",
                 "a: int8[2] = 1\ny = BitShift(a, a) {direction=\"LEFT\"}",
                 "a: float32[2] = 1\ny = BitwiseAnd(a, a)",
                 "a: int4[2] = 1\ny = BitwiseNot(a)",
                 "a: float32[2] = 1\nk: int64[] = 3\ny = CumSum(a, k)",
                 "a: float32[2] = 1\ny = CumSum(a)",
                 "a: float32[2x3] = 1\ny = Det(a)",
                 "a: float32[2x3x4] = 1\ny = EyeLike(a)",
                 "a: float32[3] = 1\ny = Trilu(a)",
                 "a: int64[2] = 1\nd: int64[] = 0\nv: float32[2] = 1\ny = OneHot(a, d, v)",
                 "a: int64[2] = 1\nd: int64[] = 4\nv: float32[3] = 1\ny = OneHot(a, d, v)",
                 "a: float32[2x3] = 1\nl: int64[3] = 9\ny = ReverseSequence(a, l)",
                 "a: float32[2x3] = 1\nl: int64[2] = 1\ny = ReverseSequence(a, l)",
                 "a: float32[2x3] = 1\nl: int64[3] = 1\ny = ReverseSequence(a, l) {batch_axis=2}",
                 "a: float32[2] = 1\nc: bool[5] = 1\ny = Compress(a, c)",
                 "a: float32[2] = 1\nc: int64[2] = 1\ny = Compress(a, c)",
                 "a: float32[2] = 1\ny = Unique(a) {axis=1}",
                 "b: float32[1x2x4] = 1\ns: float32[1x1x3] = 1\ny = NonMaxSuppression(b, s)",
                 "b: float32[1x2x4] = 1\ns: float32[1x1x2] = 1\nn: int64[] = 1\nt: float32[] = 7\n"
                 "y = NonMaxSuppression(b, s, n, t)",
                 "a: float32[2x3] = 1\ny = Einsum(a, a) {equation=\"ij,jk->ik\"}",
                 "a: float32[2x3] = 1\ny = Einsum(a) {equation=\"ij->iz\"}",
                 "a: float32[2x3] = 1\ny = Einsum(a) {equation=\"ijk\"}",
                 "a: float32[2x3] = 1\ny = Einsum(a) {equation=\"i.j\"}",
                 "a: float32[2x3] = 1\ny = Einsum(a) {equation=\"ij->ii\"}",
                 "x: float32[1x1x4x4] = 1\nr: float32[1x4] = 1\ni: int64[1] = 5\ny = RoiAlign(x, r, i)",
                 "x: float32[1x1x4x4] = 1\nr: float32[1x4] = [0, 0, inf, 1]\ni: int64[1] = 0\ny = RoiAlign(x, r, i)",
                 "x: float32[1x1x4x4] = 1\nr: float32[1x4] = [0, 0, 1e8, 1e8]\ni: int64[1] = 0\ny = RoiAlign(x, r, i)",
                 "x: float32[1x1x4x4] = 1\nr: float32[1x4] = 1\ny = MaxRoiPool(x, r) {pooled_shape=[1, 1]}",
                 "x: float32[1x1x4x4] = 1\nr: float32[1x5] = 7\ny = MaxRoiPool(x, r) {pooled_shape=[1, 1]}",
                 "x: float32[1x1x4x4] = 1\nr: float32[1x5] = 0\ny = MaxRoiPool(x, r) {pooled_shape=[0, 1]}",
                 "x: float32[1x1x4x4] = 1\ng: float32[1x2x2x3] = 0\ny = GridSample(x, g)",
                 "x: float32[1x1x0x4] = []\ng: float32[1x2x2x2] = 0\ny = GridSample(x, g)",
                 "t: float32[1x2x3] = 1\ns: int64[4] = [1, 1, 0, 2]\ny = AffineGrid(t, s)",
                 "t: float32[2x2x3] = 1\ns: int64[4] = [1, 1, 2, 2]\ny = AffineGrid(t, s)",
                 "x: float32[1x1x2x2] = 1\ni: int64[1x1x2x2] = 99\ny = MaxUnpool(x, i) {kernel_shape=[2, 2]}",
                 "x: float32[1x1x2x2] = 1\ni: int64[1x1x2x2] = 0\ny = MaxUnpool(x, i) {kernel_shape=[2]}",
                 "x: float32[1x4x2] = 1\ns: float32[3] = 1\ny = GroupNormalization(x, s, s) {num_groups=2}",
                 "x: float32[1x4x2] = 1\ns: float32[4] = 1\ny = GroupNormalization(x, s, s) {num_groups=3}",
                 "x: float32[1x4x2] = 1\ny = MeanVarianceNormalization(x) {axes=[3]}",
                 "x: float32[2] = 1\ny = LpNormalization(x) {p=3}",
                 "x: float32[1x1x4] = 1\ny = LpPool(x) {kernel_shape=[2], p=0}",
                 "n: int64[] = -1\ny = HannWindow(n)",
                 "n: int64[2] = 3\ny = HammingWindow(n)",
                 "b: int64[] = 4\nl: int64[] = 8\nr: int64[] = 8000\nf: float32[] = 9000\nt: float32[] = 100\n"
                 "y = MelWeightMatrix(b, l, r, f, t)",
                 "x: float32[1x8x3] = 1\ny = DFT(x)",
                 "x: float32[1x8x1] = 1\ny = DFT(x) {axis=2}",
                 "x: float32[1x8x1] = 1\nn: int64[] = 0\ny = DFT(x, n)",
                 "x: float32[1x8x2] = 1\ny = DFT(x) {onesided=1}",
                 "x: float32[1x8x1] = 1\ns: int64[] = 0\nw: float32[4] = 1\ny = STFT(x, s, w)",
                 "x: float32[1x8x1] = 1\ns: int64[] = 1\nw: float32[9] = 1\ny = STFT(x, s, w)",
                 "x: float32[2x3] = 1\nt: int64[2] = 5\ny = NegativeLogLikelihoodLoss(x, t)",
                 "x: float32[2x3] = 1\nt: int64[3] = 1\ny = SoftmaxCrossEntropyLoss(x, t)",
                 "x: float32[2x3] = 1\nt: int64[2] = 1\nw: float32[2] = 1\ny = SoftmaxCrossEntropyLoss(x, t, w)",
                 "x: float32[1x5x5] = 1\ni: int64[2] = [5, 5]\nb: int64[2] = [2, 5]\ny = Col2Im(x, i, b)",
                 "x: float32[1x4x5] = 1\ni: int64[2] = [5, 5]\nb: int64[2] = [0, 4]\ny = Col2Im(x, i, b)",
                 "x: float32[2x3] = 1\ns: int64[1] = 3\ny = CenterCropPad(x, s)",
                 "x: float32[2x3] = 1\ns: int64[2] = -3\ny = CenterCropPad(x, s)",
                 "x: float32[1x1x3x3] = 1\nw: float32[1x1x2x2] = 1\no: float32[1x8x3x3] = 0\ny = DeformConv(x, w, o)",
                 "x: float32[1x1x3] = 1\nw: float32[1x1x2] = 1\no: float32[1x4x2] = 0\ny = DeformConv(x, w, o)",
                 "x: int64[3] = 1\ny = TfIdfVectorizer(x) {mode=\"TF\", ngram_counts=[0], ngram_indexes=[0, 1], "
                 "pool_int64s=[1], max_gram_length=1, min_gram_length=1, max_skip_count=0}",
                 "x: int64[3] = 1\ny = TfIdfVectorizer(x) {mode=\"TF\", ngram_counts=[0], ngram_indexes=[-1], "
                 "pool_int64s=[1], max_gram_length=1, min_gram_length=1, max_skip_count=0}",
                 "x: float32[3] = 1\ny = TfIdfVectorizer(x) {mode=\"TF\", ngram_counts=[0], ngram_indexes=[0], "
                 "pool_int64s=[1], max_gram_length=1, min_gram_length=1, max_skip_count=0}",
                 "x: float32[2x3] = 1\ns: float32[2x2] = 1\nz: uint8[2x2] = 1\n"
                 "y = QuantizeLinear(x, s, z) {axis=1, block_size=3}",
             })
            QTest::newRow(text) << QString::fromUtf8(text);
    }

    /// What does not fit is refused by the operator, not by something below it.
    void saysWhatIsWrong()
    {
        QFETCH(QString, text);
        const auto run = [&] {
            Graph graph = parseGraph("opset 17\n" + text.toStdString() + "\noutput y");
            inferShapes(graph);
            return runReference(graph, {}, Control());
        };
        LATHE_EXPECT_ERROR(operatorInput, run());
    }

    /// Old forms whose attributes, operands and outputs make no sense.
    void upgradesOrThrows()
    {
        for (const Op& op : ops()) {
            if (!op.upgrade)
                continue;
            for (unsigned round = 0; round < 100; ++round) {
                Dice dice(round);
                Graph graph;
                Node node;
                node.op = op.id;
                addOddAttributes(dice, node.attributes);
                for (std::int64_t count = dice.below(4); count > 0; --count)
                    node.inputs.push_back(dice.below(4) ? graph.addConstant("", oddTensor(dice)) : ValueId{});
                for (std::int64_t count = dice.below(3); count > 0; --count)
                    node.outputs.push_back(dice.below(4) ? graph.addValue({}) : ValueId{});
                const NodeId id = graph.addNode(std::move(node));
                try {
                    op.upgrade(graph, id, static_cast<int>(7 + dice.below(6)));
                } catch (const Error&) {
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TstHostileOperands)
#include "tst_hostile_operands.moc"
