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
    void proposesWhereErrorComesIn();
    void needsTheMetric();
};

void TstGate::limits()
{
    QVERIFY(checkGate(runWith(0.005), "top1", defaultMaxDrop).passed);
    QVERIFY(checkGate(runWith(-0.1), "top1", defaultMaxDrop).passed);
    const GateResult failed = checkGate(runWith(0.006), "top1", defaultMaxDrop);
    QVERIFY(!failed.passed);
    QCOMPARE(failed.loss, 0.006);
    QCOMPARE(failed.drift.size(), std::size_t{1});
    QVERIFY(checkGate(runWith(0.005), "top1", defaultMaxDrop).toRaise.empty());
}

void TstGate::proposesWhereErrorComesIn()
{
    QStringList ids;
    for (const LayerToRaise& layer : checkGate(runWith(0.1), "top1", 0.05).toRaise)
        ids << QString::fromStdString(layer.layer);
    QCOMPARE(ids, QStringList({"b", "d", "c"}));
    QCOMPARE(layersToRaise(runWith(0.1), 1).size(), std::size_t{1});
    QVERIFY(std::abs(layersToRaise(runWith(0.1), 1)[0].addedNoise - 0.24) < 1e-6);
}

void TstGate::needsTheMetric()
{
    LATHE_EXPECT_ERROR(labelsMissing, checkGate(runWith(0), "top5", 0.1));
}

QTEST_GUILESS_MAIN(TstGate)
#include "tst_gate.moc"
