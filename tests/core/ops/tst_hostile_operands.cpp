// SPDX-License-Identifier: GPL-3.0-or-later
// Every operator with operands and attributes that make no sense: it may compute something or throw an Error, nothing
// else. Runs under the sanitizers too.
#include <QTest>
#include <limits>
#include <random>

#include "core/ops/op.h"
#include "core/ops/upgrade.h"

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
                            "noop_with_empty_axes", "lathe_bits", "lathe_minimum_code"})
        if (dice.below(8 * rarity) == 0)
            attributes[key] = dice.below(4) ? dice.below(4) - 1 : oddInteger(dice);
    for (const char* key : {"kernel_shape", "strides", "pads", "dilations", "output_padding", "output_shape", "axes", "perm",
                            "starts", "ends", "split"})
        if (dice.below(4 * rarity) == 0) {
            std::vector<std::int64_t> list;
            for (std::int64_t count = dice.below(6); count > 0; --count)
                list.push_back(dice.below(4) ? dice.below(3) + 1 : oddInteger(dice));
            attributes[key] = list;
        }
    for (const char* key : {"alpha", "beta", "epsilon", "bias", "ratio", "value"})
        if (dice.below(8 * rarity) == 0)
            attributes[key] = static_cast<float>(oddReal(dice));
    if (dice.below(4 * rarity) == 0)
        attributes["mode"] = dice.of<std::string>({"nearest", "linear", "cubic", "reflect", "edge", "wrap", "CRD", "odd"});
    if (dice.below(4 * rarity) == 0)
        attributes["auto_pad"] = dice.of<std::string>({"SAME_UPPER", "SAME_LOWER", "VALID", "odd"});
    if (dice.below(4 * rarity) == 0)
        attributes["coordinate_transformation_mode"] =
            dice.of<std::string>({"asymmetric", "align_corners", "tf_crop_and_resize", "half_pixel_symmetric", "odd"});
    if (dice.below(8 * rarity) == 0)
        attributes["reduction"] = dice.of<std::string>({"add", "mul", "max", "odd"});
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
