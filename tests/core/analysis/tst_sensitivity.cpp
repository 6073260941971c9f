// SPDX-License-Identifier: GPL-3.0-or-later
// The isolated effect of layers on the sample model, against the plain way: quantize that layer alone,
// compile, run.
#include "core/analysis/sensitivity.h"

#include <QTest>
#include <cmath>

#include "core/calibration/collect.h"
#include "core/formats/formats.h"
#include "core/graph/graph_text.h"
#include "core/ops/infer_shapes.h"
#include "core/passes/simplify.h"
#include "core/quant/apply.h"
#include "core/runtime/program.h"
#include "core/tensor/compare.h"
#include "tests/core/analysis/memory_figures.h"
#include "tests/core/analysis/noise_samples.h"
#include "tests/core/analysis/with_softmax.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;

namespace {

SensitivityOptions smallOptions()
{
    SensitivityOptions options;
    options.bits = {3, 8};
    options.probeSamples = 4;
    options.workers = 1;
    return options;
}

bool same(const SensitivityCell& a, const SensitivityCell& b)
{
    return a.layer == b.layer && a.kind == b.kind && a.bits == b.bits && a.samples == b.samples &&
           a.sqnrDb == b.sqnrDb && a.sqnrLow == b.sqnrLow && a.divergence == b.divergence &&
           a.loss == b.loss && a.group == b.group;
}

}

class TstSensitivity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void agreesWithThePlainWay_data();
    void agreesWithThePlainWay();
    void aLastSoftmaxHidesNothing();
    void boundariesKeepTheirType();
    void isTheSameForAnyNumberOfWorkers();
    void doesNotDependOnTheCache();
    void moreBitsCostLess();
    void aSpentBudgetLeavesEstimates();
    void stops();
    void goesOnWhereItWasStopped_data();
    void goesOnWhereItWasStopped();
    void shortBudgetsGetToTheEnd();
    void otherGridsAreMeasuredAnew();
    void needsSamples();
    void unmaskedSamplesAreScoredByAgreement();

private:
    Sensitivity measure(const SensitivityOptions& options, const Control& control = {}) const
    {
        return measureSensitivity(m_graph, m_layers, m_statistics, m_samples, QuantPlan(), genericRules(),
                                  options, control);
    }

    Graph m_graph;
    std::vector<Layer> m_layers;
    Statistics m_statistics;
    test::NoiseSamples m_samples;
};

void TstSensitivity::initTestCase()
{
    m_graph =
        simplify(readModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control()).graph).graph;
    m_layers = findLayers(m_graph);
    m_statistics = collectStatistics(m_graph, m_samples, Digest(), CollectOptions(), Control());
}

void TstSensitivity::agreesWithThePlainWay_data()
{
    QTest::addColumn<QString>("layer");
    QTest::addColumn<int>("kind");
    QTest::newRow("first weights") << "stem.act" << 0;
    QTest::newRow("depthwise") << "block4.dw" << 2;
    QTest::newRow("residual addition") << "block2.add" << 1;
    QTest::newRow("head") << "head.linear" << 2;
    QTest::newRow("input") << "input:image" << 1;
}

void TstSensitivity::agreesWithThePlainWay()
{
    QFETCH(QString, layer);
    QFETCH(int, kind);
    const auto found = std::find_if(m_layers.begin(), m_layers.end(), [&](const Layer& one) {
        return one.id == layer.toStdString() || one.name == layer.toStdString();
    });
    QVERIFY(found != m_layers.end());
    QuantPlan plan;
    plan.weights = plan.activations = QuantSpec::parse("float32");
    if (kind != 1)
        plan.layers[found->id].weights = QuantSpec::parse("int3:channel:symmetric");
    if (kind != 0)
        plan.layers[found->id].activations = QuantSpec::parse("uint3:tensor:asymmetric");
    const Resolved resolved = resolve(plan, m_graph, m_statistics, genericRules());
    const Graph quantized = applyEncodings(m_graph, resolved.encodings, resolved.codes);
    const auto floating = Program::compile(m_graph, {}), program = Program::compile(quantized, {});
    Execution floatRun(floating), run(program);
    Comparison error;
    for (std::int64_t i = 0; i < 4; ++i) {
        const TensorMap inputs = m_samples.load(i);
        const TensorMap expected =
            floatRun.run(inputs, floating->defaultBinding().withPrecision(Precision::floating));
        const TensorMap actual =
            run.run(inputs, program->defaultBinding().withPrecision(Precision::simulated));
        error.merge(compare(expected.begin()->second, actual.begin()->second));
    }
    const Sensitivity result = measure(smallOptions());
    const auto cell = std::find_if(result.cells.begin(), result.cells.end(), [&](const SensitivityCell& one) {
        return one.layer == found->id && one.kind == static_cast<CellKind>(kind) && one.bits == 3;
    });
    QVERIFY(cell != result.cells.end());
    // The two programs fuse differently, so that float values differ in their last bits and, now and then,
    // fall on the other side of a step.
    QVERIFY2(std::fabs(cell->sqnrDb - error.sqnrDb()) < 1e-3, QByteArray::number(error.sqnrDb()).constData());
}

/// The same figures whether the model ends in logits or in their probabilities; a grid of the probabilities
/// has figures of its own.
void TstSensitivity::aLastSoftmaxHidesNothing()
{
    const Graph sure = test::withSoftmax(m_graph);
    const auto layers = findLayers(sure);
    const Statistics statistics =
        collectStatistics(sure, m_samples, Digest(), CollectOptions(), Control());
    const Sensitivity plain = measure(smallOptions());
    const Sensitivity found = measureSensitivity(sure, layers, statistics, m_samples, QuantPlan(),
                                                 genericRules(), smallOptions(), Control());
    std::size_t behind = 0;
    for (const SensitivityCell& cell : found.cells) {
        const auto same = std::find_if(plain.cells.begin(), plain.cells.end(), [&](const SensitivityCell& one) {
            return one.layer == cell.layer && one.kind == cell.kind && one.bits == cell.bits;
        });
        if (cell.layer == "chances") {
            ++behind;
            QVERIFY(std::isfinite(cell.sqnrDb));
            continue;
        }
        QVERIFY(same != plain.cells.end());
        QCOMPARE(cell.sqnrDb, same->sqnrDb);
        QCOMPARE(cell.sqnrLow, same->sqnrLow);
    }
    QVERIFY(behind > 0);
    QCOMPARE(found.cells.size(), plain.cells.size() + behind);
}

/// Masks and indices that a cell's run begins with keep their type.
void TstSensitivity::boundariesKeepTheirType()
{
    class Rows : public test::UnlabelledSamples
    {
    public:
        Rows() : UnlabelledSamples(4) {}
        TensorMap load(std::int64_t index) const override
        {
            const float first = static_cast<float>(index) - 1.5F;
            return {{"x", Tensor::of<float>(Shape{1, 4}, {first, 1, -2, 0.5F})}};
        }
    };
    Graph graph = parseGraph("input x: float32[1x4]\nzero: float32[] = [0]\nw: float32[4x4] = ...\n"
                             "v: float32[4x3] = ...\nm = Greater(x, zero)\n"
                             "i = Cast(m) {to=7}\nh = MatMul(x, w) @first\nn = Where(m, h, x)\n"
                             "k = Cast(i) {to=1}\ns = Add(n, k)\ny = MatMul(s, v) @second\noutput y");
    inferShapes(graph);
    const Rows rows;
    const auto layers = findLayers(graph);
    const Statistics statistics = collectStatistics(graph, rows, Digest(), CollectOptions(), Control());
    const Sensitivity found = measureSensitivity(graph, layers, statistics, rows, QuantPlan(), genericRules(),
                                                 smallOptions(), Control());
    QVERIFY(std::any_of(found.cells.begin(), found.cells.end(),
                        [](const SensitivityCell& cell) { return cell.layer == "h" && cell.samples == 4; }));
}

void TstSensitivity::isTheSameForAnyNumberOfWorkers()
{
    SensitivityOptions options = smallOptions();
    const Sensitivity one = measure(options);
    options.workers = 3;
    const Sensitivity three = measure(options);
    QVERIFY(one.cells.size() > 50);
    QCOMPARE(one.evaluations, three.evaluations);
    QVERIFY(std::equal(one.cells.begin(), one.cells.end(), three.cells.begin(), three.cells.end(), same));
}

void TstSensitivity::doesNotDependOnTheCache()
{
    SensitivityOptions options = smallOptions();
    const Sensitivity cached = measure(options);
    options.cacheBytes = 0;
    const Sensitivity fresh = measure(options);
    QVERIFY(
        std::equal(cached.cells.begin(), cached.cells.end(), fresh.cells.begin(), fresh.cells.end(), same));
}

void TstSensitivity::moreBitsCostLess()
{
    const Sensitivity result = measure(smallOptions());
    for (std::size_t i = 0; i + 1 < result.cells.size(); ++i) {
        const SensitivityCell &few = result.cells[i], &many = result.cells[i + 1];
        if (few.layer != many.layer || few.kind != many.kind)
            continue;
        QVERIFY2(many.sqnrDb > few.sqnrDb, few.layer.c_str());
        QVERIFY2(many.estimateDb > few.estimateDb, few.layer.c_str());
        QVERIFY(few.sqnrLow <= few.sqnrDb && few.sqnrDb <= few.sqnrHigh);
        QVERIFY(few.low <= few.loss && few.loss <= few.high);
    }
}

void TstSensitivity::aSpentBudgetLeavesEstimates()
{
    SensitivityOptions options = smallOptions();
    options.timeBudgetSeconds = 1e-9;
    const Sensitivity result = measure(options);
    QCOMPARE(result.evaluations, std::int64_t{1});
    const SensitivityCell* measured = nullptr;
    double worst = HUGE_VAL;
    for (const SensitivityCell& cell : result.cells) {
        worst = std::min(worst, cell.estimateDb);
        if (cell.samples > 0)
            measured = &cell;
    }
    QVERIFY(measured);
    QCOMPARE(measured->estimateDb, worst);
}

void TstSensitivity::stops()
{
    std::stop_source source;
    source.request_stop();
    LATHE_EXPECT_ERROR(stopped, measure(smallOptions(), Control(source.get_token())));
}

void TstSensitivity::goesOnWhereItWasStopped_data()
{
    QTest::addColumn<int>("workers");
    QTest::newRow("one worker") << 1;
    QTest::newRow("two workers") << 2;
}

/// After a stop in the middle, and after the end: the figures are those of a run of its own.
void TstSensitivity::goesOnWhereItWasStopped()
{
    QFETCH(const int, workers);
    const Sensitivity whole = measure(smallOptions());
    test::MemoryFigures figures;
    SensitivityOptions options = smallOptions();
    options.store = &figures;
    options.workers = workers;
    std::stop_source source;
    LATHE_EXPECT_ERROR(stopped, measure(options, Control(source.get_token(), [&](const Progress& progress) {
                                            if (progress.done == 2)
                                                source.request_stop();
                                        })));
    const Sensitivity next = measure(options);
    QVERIFY(next.reused >= whole.evaluations / 2 && next.reused < whole.evaluations);
    const Sensitivity again = measure(options);
    QCOMPARE(again.reused, whole.evaluations);
    for (const Sensitivity& result : {next, again}) {
        QCOMPARE(result.evaluations, whole.evaluations);
        QVERIFY(std::equal(result.cells.begin(), result.cells.end(), whole.cells.begin(), whole.cells.end(), same));
    }
}

/// Each run with a spent budget adds one score, however long everything before it took.
void TstSensitivity::shortBudgetsGetToTheEnd()
{
    test::MemoryFigures figures;
    SensitivityOptions options = smallOptions();
    options.bits = {3};
    options.kinds = {CellKind::both};
    options.probeSamples = 2;
    const Sensitivity whole = measure(options);
    options.store = &figures;
    options.timeBudgetSeconds = 1e-9;
    Sensitivity result = measure(options);
    for (std::int64_t run = 1; run < whole.evaluations; ++run)
        result = measure(options);
    QCOMPARE(result.samples, std::int64_t{2});
    QVERIFY(std::equal(result.cells.begin(), result.cells.end(), whole.cells.begin(), whole.cells.end(), same));
}

/// What is kept belongs to grids and codes, data and metric: only where these are the same it is taken.
void TstSensitivity::otherGridsAreMeasuredAnew()
{
    test::MemoryFigures figures;
    SensitivityOptions options = smallOptions();
    options.store = &figures;
    const Sensitivity first = measure(options);
    QCOMPARE(first.reused, std::int64_t{0});
    const auto reused = [&](const QuantPlan& plan, const Digest& data) {
        options.data = data;
        return measureSensitivity(m_graph, m_layers, m_statistics, m_samples, plan, genericRules(), options, {}).reused;
    };
    QuantPlan plan;
    QCOMPARE(reused(plan, sha256("other data")), std::int64_t{0});
    plan.layers["stem.act"].weights = QuantSpec::parse("int8:tensor:symmetric");
    const std::int64_t known = reused(plan, {});
    // The cells of this layer's weights, at two bit-widths, alone and together with its activations.
    QCOMPARE(known, first.evaluations - 4 * first.samples);
    options.bits = {3, 5, 8};
    QVERIFY(reused(QuantPlan(), {}) == first.evaluations);
}

void TstSensitivity::needsSamples()
{
    test::NoiseSamples none(0);
    LATHE_EXPECT_ERROR(datasetEmpty, measureSensitivity(m_graph, m_layers, m_statistics, none, QuantPlan(),
                                                        genericRules(), smallOptions(), Control()));
}

/// Calibration pictures of a data set whose masks belong to the validation split alone.
void TstSensitivity::unmaskedSamplesAreScoredByAgreement()
{
    class Unmasked : public test::NoiseSamples
    {
    public:
        Unmasked() : NoiseSamples(4) {}
        TargetInfo targetInfo() const override { return {TargetKind::mask, {}}; }
    };
    SensitivityOptions options = smallOptions();
    options.metric = "iou";
    const Unmasked samples;
    const Sensitivity found = measureSensitivity(m_graph, m_layers, m_statistics, samples, QuantPlan(),
                                                 genericRules(), options, Control());
    QCOMPARE(found.metric, std::string("agreement"));
    QVERIFY(found.cells.size() > 50);
}

QTEST_GUILESS_MAIN(TstSensitivity)
#include "tst_sensitivity.moc"
