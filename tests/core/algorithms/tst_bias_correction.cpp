// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Bias correction: means of layer outputs are those of the float model again.
class TstBiasCorrection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesBackTheMean_data();
    void givesBackTheMean();
    void correctsFloatBiasesToo();
};

namespace {

/// Means of the channels of `value` over samples of a run.
std::vector<double> means(const Runnable& run, const Samples& samples, const std::string& value)
{
    Execution execution(run.program);
    std::vector<double> sums;
    for (std::int64_t i = 0; i < samples.size(); ++i)
        execution.run(samples.load(i), run.binding, {}, {{value, [&](const TapView& view) {
                                                              const auto channels = static_cast<std::size_t>(view.shape[1]);
                                                              sums.resize(channels);
                                                              const std::size_t plane = view.reals.size() / channels;
                                                              for (std::size_t e = 0; e < view.reals.size(); ++e)
                                                                  sums[e / plane] += double{view.reals[e]};
                                                          }}});
    return sums;
}

double distance(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

QuantState corrected(AlgorithmFixture& fixture, const std::string& text)
{
    QuantState state = fixture.state;
    const AlgorithmChoice choice = AlgorithmChoice::parse(text);
    const Control control;
    algorithms().get("bias", "algorithm")
        .run(state, {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), choice.options, 1,
                     control});
    return state;
}

} // namespace

void TstBiasCorrection::givesBackTheMean_data()
{
    QTest::addColumn<QString>("choice");
    QTest::addColumn<double>("left"); ///< of the shift that rounding made
    QTest::newRow("measured") << "bias" << 0.05;
    // Borders of the image are taken like its middle, and inputs as float ones.
    QTest::newRow("analytic") << "bias:mode=analytic" << 0.6;
}

void TstBiasCorrection::givesBackTheMean()
{
    QFETCH(QString, choice);
    QFETCH(double, left);
    AlgorithmFixture fixture("int3:tensor:symmetric");
    const QuantState state = corrected(fixture, choice.toStdString());
    // Behind the last convolution, before anything clamps: the shift of all layers before adds up there.
    const auto expected = means(floatRun(fixture.graph, {}), fixture.samples, "c3");
    const double before = distance(means(quantizedRun(fixture.state, {}), fixture.samples, "c3"), expected);
    const double after = distance(means(quantizedRun(state, {}), fixture.samples, "c3"), expected);
    QVERIFY2(after < left * before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
}

void TstBiasCorrection::correctsFloatBiasesToo()
{
    AlgorithmFixture fixture("int3:tensor:symmetric", unevenNetwork(), "float32");
    const QuantState state = corrected(fixture, "bias");
    QVERIFY(state.resolved.codes.biases.empty());
    QCOMPARE(state.biases.size(), 4U);
    const auto expected = means(floatRun(fixture.graph, {}), fixture.samples, "c3");
    const double before = distance(means(quantizedRun(fixture.state, {}), fixture.samples, "c3"), expected);
    QVERIFY(distance(means(quantizedRun(state, {}), fixture.samples, "c3"), expected) < 0.01 * before);
    QVERIFY(state.graph.digest() == fixture.graph.digest());
}

QTEST_APPLESS_MAIN(TstBiasCorrection)
#include "tst_bias_correction.moc"
