// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/distillation.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// What fine-tuning holds against the float model.
class TstDistillation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void watchesOutputsAndLayers();
    void errorAndGradientAgree();
};

void TstDistillation::watchesOutputsAndLayers()
{
    const AlgorithmFixture fixture("int4:channel:symmetric");
    std::vector<LayerNote> notes;
    const auto layers =
        weightLayers(fixture.state, genericRules(), *floatRun(fixture.graph, {}).program, notes);
    const auto watched = valuesToWatch(fixture.graph, layers, 0.8);
    QCOMPARE(watched.size(), 4U);
    QCOMPARE(watched[0].name, std::string("y"));
    QCOMPARE(watched[0].share, 1.0);
    QCOMPARE(watched[1].name, std::string("r1"));
    QCOMPARE(watched[1].share, 0.2);
    QCOMPARE(valuesToWatch(fixture.graph, layers, 0).size(), 1U);
    const Graph classes = graphOf("opset 13\ninput x: float32[1x4]\nz = Relu(x)\ny = Softmax(z)\noutput y\n");
    QCOMPARE(valuesToWatch(classes, {}, 1)[0].name, std::string("z"));
}

void TstDistillation::errorAndGradientAgree()
{
    const std::vector<float> expected{1, -2, 0.5F};
    std::vector<float> actual{1.5F, -2, 0}, gradient(3);
    QCOMPARE(squaredError(expected, actual, 2, gradient), 1.0);
    QCOMPARE(squaredError(expected, actual, 2), 1.0);
    QCOMPARE(gradient, (std::vector<float>{2, 0, -2}));
}

QTEST_APPLESS_MAIN(TstDistillation)
#include "tst_distillation.moc"
