// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/score_values.h"

#include <QTest>

using namespace lathe;

/// Which values decide the answer, on graphs written as text.
class TstScoreValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesBackThroughPoolingToTheConvolution();
    void stopsAtComputingNodes();
};

namespace {

Graph chain()
{
    Graph graph;
    graph.opsets[""] = 13;
    const auto value = [&](const char* name) {
        Value v;
        v.name = name;
        v.dtype = DType::float32;
        return graph.addValue(v);
    };
    const ValueId x = value("x");
    graph.inputs = {x};
    const ValueId weight = graph.addConstant("w", Tensor(DType::float32, Shape{4, 4, 1, 1}));
    ValueId last = x;
    for (const auto& [op, name] : std::vector<std::pair<const char*, const char*>>{
             {"Conv", "features"}, {"Conv", "maps"}, {"Relu", "rectified"}, {"GlobalAveragePool", "pooled"},
             {"Flatten", "logits"}, {"Softmax", "probabilities"}}) {
        const ValueId output = value(name);
        Node node;
        node.name = name;
        node.op = op;
        node.inputs = {last};
        if (node.op == "Conv")
            node.inputs.push_back(weight);
        node.outputs = {output};
        graph.addNode(node);
        last = output;
    }
    graph.outputs = {last};
    return graph;
}

}

void TstScoreValues::goesBackThroughPoolingToTheConvolution()
{
    const std::set<std::string> expected = {"probabilities", "logits", "pooled", "rectified", "maps"};
    QVERIFY(scoreValues(chain()) == expected);
}

void TstScoreValues::stopsAtComputingNodes()
{
    Graph graph = chain();
    graph.outputs = {graph.find("maps")};
    QVERIFY(scoreValues(graph) == std::set<std::string>{"maps"});
}

QTEST_GUILESS_MAIN(TstScoreValues)
#include "tst_score_values.moc"
