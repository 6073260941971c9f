// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/output_error.h"

#include <cmath>
#include <limits>

#include <QTest>

#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Large boxes and small scores in one output; the factors stand for what a quantized graph changes.
Graph detector(const std::string& boxFactor, const std::string& scoreFactor)
{
    return graphOf("opset 13\ninput x: float32[1x16]\nkb: float32[1] = [" + boxFactor +
                   "]\nks: float32[1] = [" + scoreFactor +
                   "]\nb = Mul(x, kb)\ns = Mul(x, ks)\ny = Concat(b, s) {axis=1}\noutput y\n");
}

double decibelsOf(const std::string& boxFactor, const std::string& scoreFactor, int workers = 1)
{
    const Graph model = detector("1000", "1");
    const SeededSamples samples(model, 5);
    const Control control;
    return OutputError(model, samples, workers, control)
        .sqnrDb(floatRun(detector(boxFactor, scoreFactor), control), control);
}

}

class TstOutputError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// All scores 0: their noise is their signal, that of the boxes 1e-4 of theirs. Together 1e-4 would
    /// remain.
    void smallPartsCountAsMuchAsLargeOnes()
    {
        QVERIFY(std::abs(decibelsOf("1010", "0") - -10 * std::log10((1e-4 + 1) / 2)) < 1e-3);
        QVERIFY(std::abs(decibelsOf("1010", "1") - -10 * std::log10((1e-4 + 0) / 2)) < 1e-3);
    }

    void theSameForAnyNumberOfWorkers()
    {
        QCOMPARE(decibelsOf("1010", "0.9", 3), decibelsOf("1010", "0.9", 1));
    }

    void exactAndNoNumbersAreTheEnds()
    {
        QCOMPARE(decibelsOf("1000", "1"), std::numeric_limits<double>::infinity());
        const Graph model = detector("1000", "1");
        const SeededSamples samples(model, 5);
        const Control control;
        const Graph roots = graphOf("opset 13\ninput x: float32[1x16]\nb = Neg(x)\ns = Sqrt(x)\n"
                                    "y = Concat(b, s) {axis=1}\noutput y\n");
        QCOMPARE(OutputError(model, samples, 1, control).sqnrDb(floatRun(roots, control), control),
                 -std::numeric_limits<double>::infinity());
    }

    /// Of scores that are always 0 no ratio can be had: the boxes decide.
    void partsWithoutASignalAreLeftOut()
    {
        const Graph model = detector("1000", "0");
        const SeededSamples samples(model, 5);
        const Control control;
        const double db = OutputError(model, samples, 1, control)
                              .sqnrDb(floatRun(detector("1010", "0.01"), control), control);
        QVERIFY(std::abs(db - 40) < 1e-2);
    }
};

QTEST_GUILESS_MAIN(TstOutputError)
#include "tst_output_error.moc"
