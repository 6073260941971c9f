// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/evaluation/gate.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// A layer whose noise power is `noise` times its signal power.
LayerFigures layerWith(const std::string& id, float noise)
{
    LayerFigures layer;
    layer.id = id;
    const Tensor reference = Tensor::of<float>(Shape{4}, {1, 1, 1, 1});
    const float off = 1 + std::sqrt(noise);
    const Tensor other = Tensor::of<float>(Shape{4}, {off, off, off, off});
    layer.accumulated = compare(reference, other);
    return layer;
}

EvaluationRun runWith(double loss)
{
    EvaluationRun run;
    run.metrics.push_back({"top1", 0.9, 0.9 - loss, loss, loss - 0.01, loss + 0.01});
    run.layers = {layerWith("a", 0.01F), layerWith("b", 0.25F), layerWith("exact", 0), layerWith("c", 0.04F), layerWith("d", 0.09F)};
    run.outputs.push_back({"y", run.layers.back().accumulated});
    return run;
}

}

class TstGate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void limits();
    void theLimitItselfPasses_data();
    void theLimitItselfPasses();
    void proposesWhereErrorComesIn();
    void needsTheMetric();
    void driftIsThatOfLogits();
    void sharesAndOtherUnits();
    void intervalsSettle();
};

void TstGate::limits()
{
    QVERIFY(checkGate(runWith(0.005), Graph(), "top1", defaultMaxDrop).passed);
    QVERIFY(checkGate(runWith(-0.1), Graph(), "top1", defaultMaxDrop).passed);
    const GateResult failed = checkGate(runWith(0.006), Graph(), "top1", defaultMaxDrop);
    QVERIFY(!failed.passed);
    QCOMPARE(failed.loss, 0.006);
    QCOMPARE(failed.drift.size(), std::size_t{1});
    QVERIFY(checkGate(runWith(0.005), Graph(), "top1", defaultMaxDrop).toRaise.empty());
}

void TstGate::theLimitItselfPasses_data()
{
    QTest::addColumn<int>("samples");
    QTest::addColumn<int>("floatRight");
    QTest::addColumn<int>("lost");
    QTest::addColumn<double>("limit");
    QTest::newRow("1 of 200") << 200 << 169 << 1 << 0.005;
    QTest::newRow("7 of 1000") << 1000 << 993 << 7 << 0.7 / 100;
    QTest::newRow("3 of 1000") << 1000 << 882 << 3 << 0.3 / 100;
    QTest::newRow("3 of 7") << 7 << 7 << 3 << 3.0 / 7;
    QTest::newRow("none") << 77 << 70 << 0 << 0.0;
}

/// Of counts: a loss of the limit passes, one sample more does not. So it is also for runs that were stored as the
/// difference of two means.
void TstGate::theLimitItselfPasses()
{
    QFETCH(const int, samples);
    QFETCH(const int, floatRight);
    QFETCH(const int, lost);
    QFETCH(const double, limit);
    const auto gateOf = [&](int wrong, bool stored) {
        std::vector<double> floating(static_cast<std::size_t>(samples), 0), quantized = floating;
        std::fill_n(floating.begin(), floatRight, 1);
        std::fill_n(quantized.begin(), floatRight - wrong, 1);
        EvaluationRun run;
        run.metrics.push_back(pairedResult(metrics().get("top1", "metric"), floating, quantized));
        if (stored)
            run.metrics[0].loss = run.metrics[0].floatValue - run.metrics[0].quantizedValue;
        return checkGate(run, Graph(), "top1", limit);
    };
    for (const bool stored : {false, true}) {
        QVERIFY(gateOf(lost, stored).passed);
        QVERIFY(!gateOf(lost + 1, stored).passed);
    }
    QCOMPARE(gateOf(lost, false).loss, static_cast<double>(lost) / samples);
}

void TstGate::proposesWhereErrorComesIn()
{
    QStringList ids;
    for (const LayerToRaise& layer : checkGate(runWith(0.1), Graph(), "top1", 0.05).toRaise)
        ids << QString::fromStdString(layer.layer);
    QCOMPARE(ids, QStringList({"b", "d", "c"}));
    QCOMPARE(layersToRaise(runWith(0.1), 1).size(), std::size_t{1});
    QVERIFY(std::abs(layersToRaise(runWith(0.1), 1)[0].addedNoise - 0.24) < 1e-6);
}

void TstGate::needsTheMetric()
{
    LATHE_EXPECT_ERROR(labelsMissing, checkGate(runWith(0), Graph(), "top5", 0.1));
}

/// Before a Softmax where an output is one; in the output where nothing is known of its logits.
void TstGate::driftIsThatOfLogits()
{
    const Graph graph = parseGraph("opset 13\ninput x: float32[1x4]\nlogits = Relu(x)\n"
                                   "y = Softmax(logits) {axis=1}\noutput y");
    EvaluationRun run = runWith(0);
    QCOMPARE(logitDrift(run, graph)[0].name, std::string("y"));
    run.layers.push_back(layerWith("logits", 0.01F));
    const OutputFigures drift = logitDrift(run, graph)[0];
    QCOMPARE(drift.name, std::string("logits"));
    QVERIFY(std::abs(drift.error.sqnrDb() - 20) < 1e-3);
    QCOMPARE(checkGate(run, graph, "top1", 0.005).drift[0].name, drift.name);
}

void TstGate::sharesAndOtherUnits()
{
    EvaluationRun run = runWith(0);
    run.metrics.push_back({"mse", 8, 9, 1, 0.5, 1.5});
    QCOMPARE(limitOf(run, "top1", 0.005), 0.005);
    QCOMPARE(limitOf(run, "mse", 0.005), 0.04);
    QVERIFY(!checkGate(run, Graph(), "mse", limitOf(run, "mse", 0.005)).passed);
}

/// Intervals are a hundredth to either side of the loss.
void TstGate::intervalsSettle()
{
    QVERIFY(checkGate(runWith(-0.01), Graph(), "top1", 0.005).settled());
    QVERIFY(!checkGate(runWith(0), Graph(), "top1", 0.005).settled());
    QVERIFY(!checkGate(runWith(0.01), Graph(), "top1", 0.005).settled());
    QVERIFY(checkGate(runWith(0.02), Graph(), "top1", 0.005).settled());
}

QTEST_GUILESS_MAIN(TstGate)
#include "tst_gate.moc"
