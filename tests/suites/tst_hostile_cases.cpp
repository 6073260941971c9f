// SPDX-License-Identifier: GPL-3.0-or-later
// Every node of every case with one thing changed at a time: an attribute, an element, a shape, a type, a missing operand.
// It may compute something or throw an Error, nothing else. Runs under the sanitizers too.
#include <QTest>
#include <cmath>
#include <filesystem>
#include <random>

#include "core/ops/op.h"
#include "tests/suites/node_case.h"

using namespace lathe;

namespace {

const Path nodeTests = "/usr/share/libonnx-testdata/data/node";

using Engine = std::mt19937;

template <typename T> T pick(Engine& engine, std::initializer_list<T> choices)
{
    return choices.begin()[engine() % choices.size()];
}

std::int64_t smallInteger(Engine& engine)
{
    return pick<std::int64_t>(engine, {-7, -3, -2, -1, 0, 1, 2, 3, 5, 17});
}

/// The extremes of 64 bits are refused as sizes; those of 32 bits would be taken, and memory with them.
std::int64_t oddInteger(Engine& engine)
{
    return engine() % 6 == 0 ? pick(engine, {INT64_MAX, INT64_MIN}) : smallInteger(engine);
}

double oddReal(Engine& engine)
{
    return pick(engine, {-2.0, -0.5, 0.0, 0.25, 3.0, 1e30, -1e30, HUGE_VAL, std::nan("")});
}

void changeAttribute(Engine& engine, Attribute& attribute)
{
    if (auto* integer = std::get_if<std::int64_t>(&attribute))
        *integer = oddInteger(engine);
    else if (auto* real = std::get_if<float>(&attribute))
        *real = static_cast<float>(oddReal(engine));
    else if (auto* text = std::get_if<std::string>(&attribute))
        *text = pick<std::string>(engine, {"", "odd", *text + *text, text->substr(0, text->size() / 2)});
    else if (auto* integers = std::get_if<std::vector<std::int64_t>>(&attribute)) {
        if (integers->empty() || engine() % 3 == 0)
            integers->push_back(oddInteger(engine));
        else if (engine() % 3 == 0)
            integers->pop_back();
        else
            (*integers)[engine() % integers->size()] = oddInteger(engine);
    }
}

/// One element, the shape or the element type of a tensor changed, or the tensor taken away.
Tensor changed(Engine& engine, const Tensor& tensor)
{
    const std::int64_t count = tensor.elements();
    if (tensor.empty() || dtypeSize(tensor.dtype()) == 0)
        return Tensor();
    switch (engine() % 6) {
    case 0: return Tensor();
    case 1: return tensor.reshaped(pick<Shape>(engine, {Shape{count}, Shape{1, count}, Shape{count, 1, 1}}));
    case 2: return tensor.converted(pick(engine, {DType::float32, DType::int64, DType::uint8, DType::float16, DType::boolean,
                                                  DType::float64, DType::int4}));
    case 3: {
        std::vector<std::int64_t> dims = tensor.shape().dims();
        if (!dims.empty())
            dims[engine() % dims.size()] = pick<std::int64_t>(engine, {0, 1, 2, 3});
        return Tensor(tensor.dtype(), Shape(dims));
    }
    default: {
        if (count == 0)
            return Tensor();
        std::vector<double> values;
        for (std::int64_t i = 0; i < count; ++i)
            values.push_back(tensor.at(i));
        values[engine() % values.size()] =
            isFloat(tensor.dtype())           ? oddReal(engine)
            : tensor.dtype() == DType::int64 ? static_cast<double>(oddInteger(engine))
                                             : static_cast<double>(smallInteger(engine));
        return Tensor::of<double>(tensor.shape(), values).converted(tensor.dtype());
    }
    }
}

void tryNode(const Op& op, const Node& node, const std::vector<Tensor>& operands, int opset)
{
    const Control control;
    try {
        if (op.refuse && !op.refuse(node).empty())
            return;
        std::vector<ValueInfo> infos;
        for (const Tensor& operand : operands)
            infos.push_back(operand.empty() ? ValueInfo{} : ValueInfo{operand.dtype(), operand.shape(), operand});
        const InferContext context{node, infos, opset};
        if (op.infer)
            op.infer(context);
    } catch (const Error&) {
    }
    try {
        if (op.run)
            op.run({node, operands, opset, control});
    } catch (const Error&) {
    }
}

/// All nodes of a case, each a few times.
void tryCase(const test::NodeCase& nodeCase, Engine& engine)
{
    const Graph& graph = nodeCase.graph;
    const TensorMap values = runReference(graph, nodeCase.sets.front().inputs, Control(), true);
    for (const Node& node : graph.nodes()) {
        const Op* op = findOp(node);
        if (!op)
            continue;
        std::vector<Tensor> operands;
        for (const ValueId id : node.inputs)
            operands.push_back(id.valid() && values.contains(graph.value(id).name) ? values.at(graph.value(id).name) : Tensor());
        for (int round = 0; round < 25; ++round) {
            Node other = node;
            std::vector<Tensor> changedOperands = operands;
            if (!other.attributes.empty() && (operands.empty() || engine() % 2)) {
                auto at = other.attributes.begin();
                std::advance(at, engine() % other.attributes.size());
                changeAttribute(engine, at->second);
            } else if (!operands.empty()) {
                Tensor& operand = changedOperands[engine() % operands.size()];
                operand = changed(engine, operand);
            }
            tryNode(*op, other, changedOperands, graph.opsets.at(""));
        }
    }
}

}

class TstHostileCases : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ownCases()
    {
        Engine engine(11);
        int count = 0;
        for (const test::NodeCase& nodeCase : test::ownCases()) {
            tryCase(nodeCase, engine);
            ++count;
        }
        QVERIFY(count > 100);
    }

    void nodeCases()
    {
        if (!std::filesystem::exists(nodeTests))
            QSKIP("the package libonnx-testdata is not installed");
        std::vector<Path> folders;
        for (const auto& entry : std::filesystem::directory_iterator(nodeTests))
            folders.push_back(entry.path());
        std::sort(folders.begin(), folders.end());
        Engine engine(12);
        int count = 0;
        for (const Path& folder : folders) {
            try {
                tryCase(test::readNodeCase(folder), engine);
                ++count;
            } catch (const Error&) {
                // A case on the list of those that cannot run.
            }
        }
        QVERIFY(count > 700);
    }
};

QTEST_GUILESS_MAIN(TstHostileCases)
#include "tst_hostile_cases.moc"
