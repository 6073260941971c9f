// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment.h"

#include <QTest>
#include <tuple>

#include "core/analysis/assignment_table.h"
#include "core/calibration/collect.h"
#include "core/formats/formats.h"
#include "core/passes/simplify.h"
#include "core/quant/apply.h"
#include "tests/core/analysis/memory_figures.h"
#include "tests/core/analysis/noise_samples.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;

namespace {

double weightBits(const Layer&, const LayerFormats& formats)
{
    return formats.weights ? formats.weights->format.bits : 0;
}

}

class TstAssignment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void beatsUniformAtItsSize();
    void theFrontRises();
    void lockedLayersStay();
    void keepsFurtherLimits();
    void trueTotalsDecide();
    void findsTheSmallestWithinADrop();
    void findsTheCheapestWithinADrop();
    void whatCannotBeIsSaid();
    void unmeasuredEndsWeighMore();
    void stops();
    void goesOnWhereItWasStopped();
    void aSpentBudgetEndsWithTheBest();
    void furtherFormatsCompete();
    void sizesOfFurtherFormatsAreKnown_data();
    void sizesOfFurtherFormatsAreKnown();

private:
    Assignment assigned(const AssignmentOptions& options, const QuantPlan& base = {},
                        const Control& control = {})
    {
        return assignBits(*m_graph, m_layers, m_sensitivity, base, *m_whatIf, options, control);
    }

    /// Bits of the weights of all layers, as the quantized graph has them.
    double weightBitsOf(const Graph& applied) const
    {
        double bits = 0;
        const Lifted lifted = lift(applied);
        for (const auto& [name, encoding] : lifted.encodings.weights)
            bits += encoding->format.bits;
        return bits;
    }

    std::shared_ptr<const Graph> m_graph;
    std::vector<Layer> m_layers;
    std::shared_ptr<const Statistics> m_statistics;
    Sensitivity m_sensitivity;
    std::unique_ptr<WhatIf> m_whatIf;
    test::NoiseSamples m_samples;
};

void TstAssignment::initTestCase()
{
    m_graph = std::make_shared<const Graph>(
        simplify(readModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control()).graph).graph);
    m_layers = findLayers(*m_graph);
    m_statistics = std::make_shared<const Statistics>(
        collectStatistics(*m_graph, m_samples, Digest(), CollectOptions(), Control()));
    SensitivityOptions options;
    options.bits = {2, 4, 8};
    options.kinds = {CellKind::weights, CellKind::activations};
    m_sensitivity = measureSensitivity(*m_graph, m_layers, *m_statistics, m_samples, QuantPlan(),
                                       genericRules(), options, Control());
    m_whatIf = std::make_unique<WhatIf>(m_graph, m_layers, m_statistics, m_samples, genericRules(),
                                        WhatIf::Options(), Control());
}

void TstAssignment::beatsUniformAtItsSize()
{
    QuantPlan uniform;
    uniform.weights = QuantSpec::parse("int4:channel:symmetric");
    const auto four = m_whatIf->update(uniform, Control());
    AssignmentOptions options;
    options.maxSizeBytes = static_cast<double>(four->sizeBytes);
    options.frontPoints = 0;
    int saved = 0, told = 0;
    options.best = [&](const QuantPlan&) { ++saved; };
    options.measured = [&](const AssignmentPoint&) { ++told; };
    const Assignment result = assigned(options);
    QCOMPARE(told, result.evaluations);
    QCOMPARE(result.uniform.size(), std::size_t(3));
    QCOMPARE(result.uniform[1].origin, std::string("uniform 4"));
    QCOMPARE(result.uniform[1].sqnrDb, four->outputSqnrDb);
    QVERIFY(result.best.withinLimits);
    QVERIFY(result.best.sizeBytes <= four->sizeBytes);
    QVERIFY2(result.best.sqnrDb > four->outputSqnrDb, QByteArray::number(result.best.sqnrDb).constData());
    QVERIFY(saved > 0);
    const auto again = m_whatIf->update(result.best.plan, Control());
    QCOMPARE(again->outputSqnrDb, result.best.sqnrDb);
    QCOMPARE(again->sizeBytes, result.best.sizeBytes);
}

/// No uniform plan lies above the front, and the front has no point that another one beats.
void TstAssignment::theFrontRises()
{
    AssignmentOptions options;
    options.maxSizeBytes = 1e9;
    options.frontPoints = 4;
    // Only reported: fewer of these do not bring a plan onto the front.
    options.limits = {{"activationBits", std::numeric_limits<double>::infinity(),
                       [](const Layer&, const LayerFormats& formats) {
                           return static_cast<double>(formats.activations->format.bits);
                       }}};
    options.repairs = 2;
    const Assignment result = assigned(options);
    QVERIFY(result.front.size() >= 4);
    for (std::size_t i = 1; i < result.front.size(); ++i) {
        QVERIFY(result.front[i].sizeBytes > result.front[i - 1].sizeBytes);
        QVERIFY(result.front[i].sqnrDb > result.front[i - 1].sqnrDb);
    }
    for (const int bits : {2, 4, 8}) {
        QuantPlan uniform;
        uniform.weights = QuantSpec::parse("int" + std::to_string(bits) + ":channel:symmetric");
        const auto measured = m_whatIf->update(uniform, Control());
        const bool covered =
            std::any_of(result.front.begin(), result.front.end(), [&](const AssignmentPoint& point) {
                return point.sizeBytes <= measured->sizeBytes && point.sqnrDb >= measured->outputSqnrDb;
            });
        QVERIFY2(covered, QByteArray::number(bits).constData());
    }
}

void TstAssignment::lockedLayersStay()
{
    QuantPlan base;
    base.layers["stem.act"].weights = QuantSpec::parse("int8:channel:symmetric");
    base.layers["stem.act"].locked = true;
    AssignmentOptions options;
    options.maxSizeBytes = 26000;
    options.frontPoints = 0;
    options.repairs = 0;
    const Assignment result = assigned(options, base);
    QCOMPARE(result.best.plan.weightSpec("stem.act").format.bits, 8);
    QVERIFY(result.best.plan.layers.at("stem.act").locked);
}

void TstAssignment::keepsFurtherLimits()
{
    AssignmentOptions options;
    options.frontPoints = 0;
    options.repairs = 0;
    // Each layer may have 5 bits on average, and none but the allowed ones.
    options.limits = {{"bits", 5.0 * 19, weightBits}};
    options.allowed = [](const Layer&, const LayerFormats& formats) {
        return !formats.weights || formats.weights->format.bits > 2;
    };
    const Assignment result = assigned(options);
    int bits = 0, layers = 0;
    for (const Layer& layer : m_layers)
        if (layer.weight.valid()) {
            const int own = result.best.plan.weightSpec(layer.id).format.bits;
            QVERIFY(own == 4 || own == 8);
            bits += own;
            ++layers;
        }
    QCOMPARE(layers, 19);
    QVERIFY2(bits <= 5 * 19, QByteArray::number(bits).constData());
    QVERIFY(bits > 4 * 19);
}

/// Where layers cost more together than alone, the limit counts what the whole graph costs.
void TstAssignment::trueTotalsDecide()
{
    AssignmentOptions options;
    options.repairs = 2;
    options.frontPoints = 3;
    const double limit = 5.0 * 19;
    options.limits = {
        {"bits", limit, weightBits, [&](const Graph& applied) { return 1.1 * weightBitsOf(applied); }}};
    const Assignment result = assigned(options);
    QVERIFY2(result.best.costs.front() <= limit, QByteArray::number(result.best.costs.front()).constData());
    for (const AssignmentPoint& point : result.front)
        QCOMPARE(point.withinLimits, point.costs.front() <= limit * (1 + 1e-9));
    for (const AssignmentPoint& a : result.front)
        for (const AssignmentPoint& b : result.front)
            QVERIFY(&a == &b || a.sqnrDb > b.sqnrDb || a.sizeBytes < b.sizeBytes ||
                    a.costs.front() < b.costs.front());
}

void TstAssignment::findsTheSmallestWithinADrop()
{
    AssignmentOptions options;
    options.frontPoints = 0;
    options.maxDrop = -15; // the stand-in for a loss: at least 15 dB
    options.drop = [&](const QuantPlan& plan, const Control& control) {
        return -m_whatIf->update(plan, control)->outputSqnrDb;
    };
    const Assignment result = assigned(options);
    QVERIFY(result.best.sqnrDb >= 15);
    QVERIFY(result.drop && *result.drop <= -15);
    const auto eight = m_whatIf->update(QuantPlan(), Control());
    QVERIFY(result.best.sizeBytes < eight->sizeBytes);
}

/// The same loss allowed, but another cost made least: here more bits of activations cost, weights nothing.
void TstAssignment::findsTheCheapestWithinADrop()
{
    AssignmentOptions options;
    options.frontPoints = 0;
    options.maxDrop = -15;
    options.drop = [&](const QuantPlan& plan, const Control& control) {
        return -m_whatIf->update(plan, control)->outputSqnrDb;
    };
    options.limits = {{"activationBits", std::numeric_limits<double>::infinity(),
                       [](const Layer&, const LayerFormats& formats) {
                           return static_cast<double>(formats.activations->format.bits);
                       }}};
    const Assignment bySize = assigned(options);
    options.minimize = "activationBits";
    const Assignment byActivations = assigned(options);
    QVERIFY(byActivations.best.sqnrDb >= 15);
    QVERIFY(byActivations.best.costs.front() < bySize.best.costs.front());
    QVERIFY(byActivations.best.sizeBytes > bySize.best.sizeBytes);
    options.minimize = "price";
    LATHE_EXPECT_ERROR(unknownName, assigned(options));
}

void TstAssignment::whatCannotBeIsSaid()
{
    AssignmentOptions options;
    options.maxSizeBytes = 1000;
    LATHE_EXPECT_ERROR(limitNotReachable, assigned(options));
    options.maxSizeBytes = 1e9;
    options.maxDrop = -1000;
    options.drop = [](const QuantPlan&, const Control&) { return 0.0; };
    LATHE_EXPECT_ERROR(limitNotReachable, assigned(options));
}

void TstAssignment::unmeasuredEndsWeighMore()
{
    Sensitivity unmeasured = m_sensitivity;
    for (SensitivityCell& cell : unmeasured.cells) {
        cell.samples = 0;
        cell.estimateDb = 20;
    }
    const auto table = choicesOf(*m_graph, m_layers, unmeasured, QuantPlan(), {});
    std::vector<double> noises;
    for (const LayerChoices& layer : table)
        if (layer.layer->weight.valid())
            noises.push_back(layer.choices.front().noise);
    QCOMPARE(noises.size(), std::size_t{19});
    QVERIFY(noises.front() > 3 * noises[1] && noises.back() > 3 * noises[1]);
}

void TstAssignment::stops()
{
    std::stop_source source;
    source.request_stop();
    LATHE_EXPECT_ERROR(stopped, assigned({}, {}, Control(source.get_token())));
}

/// The plans that were measured are not measured again, and the end is that of a search that was never
/// stopped.
void TstAssignment::goesOnWhereItWasStopped()
{
    const auto summary = [](const AssignmentPoint& point) {
        return std::tuple(point.plan.digest(), point.origin, point.sizeBytes, point.costs,
                          point.predictedSqnrDb, point.sqnrDb, point.agreementLow, point.withinLimits);
    };
    AssignmentOptions options;
    options.frontPoints = 3;
    options.maxDrop = -15;
    int drops = 0;
    options.drop = [&](const QuantPlan& plan, const Control& control) {
        ++drops;
        return -m_whatIf->update(plan, control)->outputSqnrDb;
    };
    const Assignment whole = assigned(options);
    const int wholeDrops = std::exchange(drops, 0);
    test::MemoryFigures figures;
    options.store = &figures;
    std::stop_source source;
    int measured = 0;
    options.measured = [&](const AssignmentPoint&) {
        if (++measured == 6)
            source.request_stop();
    };
    LATHE_EXPECT_ERROR(stopped, assigned(options, {}, Control(source.get_token())));
    const Assignment next = assigned(options);
    QCOMPARE(next.reused, 6);
    QVERIFY(drops > 0 && drops <= wholeDrops + 1);
    QCOMPARE(next.evaluations, whole.evaluations);
    QVERIFY(summary(next.best) == summary(whole.best) && next.drop == whole.drop && next.complete);
    QCOMPARE(next.front.size(), whole.front.size());
    for (std::size_t i = 0; i < next.front.size(); ++i)
        QVERIFY(summary(next.front[i]) == summary(whole.front[i]));
    drops = 0;
    QCOMPARE(assigned(options).reused, whole.evaluations);
    QCOMPARE(drops, 0);
    options.subject = sha256("another target");
    QCOMPARE(assigned(options).reused, 0);
}

void TstAssignment::aSpentBudgetEndsWithTheBest()
{
    AssignmentOptions options;
    options.maxSizeBytes = 32000;
    const Assignment whole = assigned(options);
    QVERIFY(whole.complete);
    options.timeBudgetSeconds = 1e-9;
    const Assignment cut = assigned(options);
    QVERIFY(!cut.complete && cut.best.withinLimits);
    QVERIFY(cut.evaluations < whole.evaluations);
    QVERIFY(cut.best.sizeBytes <= 32000);
}

/// Groups, tables and 8-bit floats are chosen where they pay, uniform plans stay plain, and with the wider
/// choice the best plan of a size is no worse.
void TstAssignment::furtherFormatsCompete()
{
    AssignmentOptions options;
    options.maxSizeBytes = 27000;
    options.frontPoints = 0;
    const Assignment plain = assigned(options);
    SensitivityOptions measuring;
    measuring.bits = {2, 4, 8};
    measuring.kinds = {CellKind::weights, CellKind::activations};
    measuring.weightFormats = {QuantSpec::parse("int4:group:16"), QuantSpec::parse("nf4:channel"),
                               QuantSpec::parse("kmeans16:channel")};
    measuring.activationFormats = {QuantSpec::parse("float8e4m3")};
    const Sensitivity effects = measureSensitivity(*m_graph, m_layers, *m_statistics, m_samples, QuantPlan(),
                                                   genericRules(), measuring, {});
    const Assignment wide = assignBits(*m_graph, m_layers, effects, {}, *m_whatIf, options, {});
    QCOMPARE(wide.uniform.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(wide.uniform[i].sqnrDb, plain.uniform[i].sqnrDb);
    int further = 0;
    for (const auto& [id, layer] : wide.best.plan.layers)
        further += layer.weights && (!layer.weights->format.isInteger() ||
                                     layer.weights->granularity.kind == Granularity::Kind::group)
                       ? 1
                       : 0;
    QVERIFY(further > 0);
    QVERIFY(wide.best.sizeBytes <= 27000);
    QVERIFY2(wide.best.sqnrDb >= plain.best.sqnrDb, QByteArray::number(wide.best.sqnrDb - plain.best.sqnrDb));
}

void TstAssignment::sizesOfFurtherFormatsAreKnown_data()
{
    QTest::addColumn<QString>("format");
    for (const char* format :
         {"int4:channel:symmetric", "int4:channel:asymmetric", "int4:group:16", "int4:tensor", "nf4",
          "nf4:channel", "kmeans16:channel", "kmeans256:tensor", "float8e4m3:channel", "ternary"})
        QTest::newRow(format) << QString::fromLatin1(format);
}

/// What the programme counts for the weights of a layer is what the packed model grows by.
void TstAssignment::sizesOfFurtherFormatsAreKnown()
{
    QFETCH(const QString, format);
    const QuantSpec spec = QuantSpec::parse(format.toStdString());
    SensitivityOptions measuring;
    measuring.bits = {};
    measuring.kinds = {CellKind::weights};
    measuring.weightFormats = {spec, QuantSpec::parse("int8:channel:symmetric")};
    measuring.probeSamples = 1;
    measuring.wanted = [](const Layer& layer, const LayerFormats&) {
        return layer.id == "stem.act" || layer.name == "head.linear";
    };
    const Sensitivity effects = measureSensitivity(*m_graph, m_layers, *m_statistics, m_samples, QuantPlan(),
                                                   genericRules(), measuring, {});
    const auto bytesOf = [&](const std::string& layer, const QuantSpec& of) -> std::optional<double> {
        for (const SensitivityCell& cell : effects.cells)
            if (cell.layer == layer && *cell.formats.weights == of)
                return cell.weightBytes;
        return std::nullopt;
    };
    const auto packed = [&](const QuantPlan& plan) {
        return static_cast<double>(m_whatIf->update(plan, {})->sizeBytes);
    };
    const double plain = packed({});
    int found = 0;
    for (const Layer& layer : m_layers) {
        const std::string& id = layer.id;
        if (id != "stem.act" && layer.name != "head.linear")
            continue;
        QuantPlan plan;
        plan.layers[id].weights = spec;
        const auto bytes = bytesOf(id, spec), eight = bytesOf(id, QuantSpec::parse("int8:channel:symmetric"));
        if (!bytes)
            continue;
        ++found;
        QVERIFY2(std::abs(packed(plan) - plain - (*bytes - *eight)) <= 2,
                 qPrintable(QString::number(packed(plan) - plain) + QLatin1Char(' ') +
                            QString::number(*bytes - *eight)));
    }
    QVERIFY(found > 0);
}

QTEST_GUILESS_MAIN(TstAssignment)
#include "tst_assignment.moc"
