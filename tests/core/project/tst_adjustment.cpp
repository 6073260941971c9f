// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/adjustment.h"

#include <QTemporaryDir>
#include <QTest>

#include "app/common/qt_image_decoder.h"
#include "core/algorithms/channel_factors.h"
#include "core/algorithms/channel_limits.h"
#include "core/quant/encodings_json.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;

/// What algorithms made, kept in a project: read back it is the same quantized model, to the byte of the
/// exported file.
class TstAdjustment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void comesBackAsItWas();
    void keepsLimitsAndFactorsOfChannels();
    void belongsToItsPlanAlone();
    void runsAreKeptByWhatWasMade();
    void refusesWhatDoesNotFit();

private:
    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Dataset> m_dataset;
    Statistics m_statistics;
    QuantPlan m_plan;
    std::shared_ptr<const Quantized> m_made;
};

void TstAdjustment::initTestCase()
{
    m_model = loadModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control());
    m_dataset = openDatasetFor(*m_model, test::resourceFile("sample/dataset.json"), systemFs(),
                               qtImageDecoder(), 0, Control());
    m_statistics = calibrate(*m_model, *m_dataset, {}, Control());
    m_plan.weights = QuantSpec::parse("int3:channel:symmetric");
    m_made = quantize(*m_model, m_plan, m_statistics,
                      AlgorithmPlan{parseAlgorithms("equalize,gptq,bias"), *m_dataset}, Control());
    QCOMPARE(m_made->steps.size(), 3U);
    QVERIFY(!m_made->steps[1].reverted);
}

void TstAdjustment::comesBackAsItWas()
{
    QTemporaryDir folder;
    const Path file = folder.filePath("made.lathe").toStdString();
    storeQuantized(*Project::create(file), *m_model, *m_made);
    const auto project = Project::open(file);
    const auto back = storedAdjusted(*project, *m_model, m_plan, m_statistics);
    QVERIFY(back);
    QVERIFY(back->resolved.encodings.digest() == m_made->resolved.encodings.digest());
    QVERIFY(back->resolved.codes.digest() == m_made->resolved.codes.digest());
    QVERIFY(back->applied.digest() == m_made->applied.digest());
    QVERIFY(back->digest() == m_made->digest());
    QCOMPARE(back->packedBytes, m_made->packedBytes);
    QVERIFY(exportOnnx(*m_model, *back, {}, Control()) == exportOnnx(*m_model, *m_made, {}, Control()));
    QCOMPARE(back->steps.size(), m_made->steps.size());
    for (std::size_t i = 0; i < back->steps.size(); ++i)
        QVERIFY(stepToJson(back->steps[i]) == stepToJson(m_made->steps[i]));
}

void TstAdjustment::keepsLimitsAndFactorsOfChannels()
{
    QuantState state = *m_made->adjusted;
    const auto inner = std::find_if(state.graph.nodes().begin(), state.graph.nodes().end(),
                                    [](const Node& node) { return node.op == "Relu"; });
    QVERIFY(inner != state.graph.nodes().end());
    const Value& value = state.graph.value(inner->outputs[0]);
    const std::vector<double> ends(static_cast<std::size_t>((*value.shape)[value.channelAxis]), 0.5);
    const std::string name = value.name;
    addChannelLimits(state.graph, {{name, channelLimit(state.graph, name, ends)}});
    addChannelFactors(state.graph, {{name, channelNumbers(state.graph.value(state.graph.find(name)), ends)}});
    const auto made = quantizedWith(*m_model, m_plan, state, m_made->steps);

    QTemporaryDir folder;
    const auto project = Project::create(folder.filePath("made.lathe").toStdString());
    storeQuantized(*project, *m_model, *made);
    const auto back = storedAdjusted(*project, *m_model, m_plan, m_statistics);
    QVERIFY(back && back->applied.digest() == made->applied.digest());
    QVERIFY(exportOnnx(*m_model, *back, {}, Control()) == exportOnnx(*m_model, *made, {}, Control()));

    Adjustment wrong = *adjustmentOf(*m_model, *made);
    wrong.limits["nobody"] = wrong.limits.at(name);
    LATHE_EXPECT_ERROR(projectInvalid,
                       restoreQuantized(*m_model, m_plan, made->resolved.codes, wrong, m_statistics));
    wrong = *adjustmentOf(*m_model, *made);
    QCOMPARE(wrong.factors.size(), 1U);
    wrong.factors["nobody"] = wrong.factors.at(name);
    LATHE_EXPECT_ERROR(projectInvalid,
                       restoreQuantized(*m_model, m_plan, made->resolved.codes, wrong, m_statistics));
}

void TstAdjustment::belongsToItsPlanAlone()
{
    QTemporaryDir folder;
    const auto project = Project::create(folder.filePath("made.lathe").toStdString());
    QVERIFY(!storedAdjusted(*project, *m_model, m_plan, m_statistics));
    storeQuantized(*project, *m_model, *m_made);
    QuantPlan other = m_plan;
    other.method = MethodChoice::parse("minmax");
    QVERIFY(!storedAdjusted(*project, *m_model, other, m_statistics));
    storeQuantized(*project, *m_model, *quantize(*m_model, m_plan, m_statistics, Control()));
    QVERIFY(!storedAdjusted(*project, *m_model, m_plan, m_statistics));
}

void TstAdjustment::runsAreKeptByWhatWasMade()
{
    const auto plain = quantize(*m_model, m_plan, m_statistics, Control());
    QVERIFY(plain->digest() == m_plan.digest());
    QVERIFY(m_made->digest() != plain->digest());
}

void TstAdjustment::refusesWhatDoesNotFit()
{
    const Adjustment good = *adjustmentOf(*m_model, *m_made);
    QVERIFY(!good.biases.empty());
    const Tensor odd(DType::float32, Shape{1, 2, 3});
    Adjustment constant = good, bias = good;
    constant.constants["nobody"] = odd;
    bias.biases.begin()->second = odd;
    for (const Adjustment& bad : {constant, bias})
        LATHE_EXPECT_ERROR(projectInvalid,
                           restoreQuantized(*m_model, m_plan, m_made->resolved.codes, bad, m_statistics));

    Json grids = encodingsToJson(m_made->resolved.encodings);
    QVERIFY(encodingsFromJson(grids, "grids").digest() == m_made->resolved.encodings.digest());
    grids["activations"].begin().value() = 100000;
    LATHE_EXPECT_ERROR(jsonField, encodingsFromJson(grids, "grids"));
    grids = encodingsToJson(m_made->resolved.encodings);
    grids["grids"][0]["scale"][0] = -1.0;
    LATHE_EXPECT_ERROR(jsonField, encodingsFromJson(grids, "grids"));
}

QTEST_GUILESS_MAIN(TstAdjustment)
#include "tst_adjustment.moc"
