// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/layer_gains.h"

#include "app/common/qt_image_decoder.h"
#include "core/project/pipeline.h"
#include "tests/support/shared_files.h"

#include <QTest>

#include <cmath>

using namespace lathe;

/// What single layers cost at the output of the sample model.
class TstLayerGains : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aCoarseLayerCostsMost();
    void layersInFloatAreLeftOut();
    void theOnlyCulpritGivesAllBack();

private:
    std::map<std::string, double> gains(const QuantPlan& plan, bool layerFigures = false) const;

    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Samples> m_samples;
    std::shared_ptr<const Statistics> m_statistics;
    std::vector<std::string> m_weighted;
};

void TstLayerGains::initTestCase()
{
    m_model = loadModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control());
    const auto dataset = openDatasetFor(*m_model, test::resourceFile("sample/dataset.json"), systemFs(), qtImageDecoder(), 0, Control());
    m_samples = dataset->split(Split::calibration);
    CollectOptions some;
    some.limit = 16;
    m_statistics = std::make_shared<const Statistics>(calibrate(*m_model, *dataset, some, Control()));
    for (const Layer& layer : m_model->layers)
        if (layer.weight.valid())
            m_weighted.push_back(layer.id);
}

std::map<std::string, double> TstLayerGains::gains(const QuantPlan& plan, bool layerFigures) const
{
    const std::shared_ptr<const Graph> graph(m_model, &m_model->graph);
    WhatIf::Options options;
    options.probeSamples = 4;
    options.layerFigures = layerFigures;
    WhatIf whatIf(graph, m_model->layers, m_statistics, *m_samples, genericRules(), options, Control());
    return outputGains(whatIf, plan, m_model->layers, Control());
}

void TstLayerGains::aCoarseLayerCostsMost()
{
    QuantPlan plan;
    plan.layers[m_weighted[4]].weights = QuantSpec::parse("int2:channel:symmetric");
    const auto all = gains(plan);
    QCOMPARE(all.size(), m_weighted.size());
    for (const auto& [id, db] : all) {
        QVERIFY(std::isfinite(db));
        if (id != m_weighted[4])
            QVERIFY2(db < all.at(m_weighted[4]), id.c_str());
    }
    QVERIFY(all.at(m_weighted[4]) > 3);
    // What else is measured makes no difference.
    QVERIFY(all == gains(plan, true));
}

void TstLayerGains::layersInFloatAreLeftOut()
{
    QuantPlan plan;
    plan.layers[m_weighted[0]].weights = QuantSpec::parse("float32");
    const auto all = gains(plan);
    QCOMPARE(all.size(), m_weighted.size() - 1);
    QVERIFY(!all.contains(m_weighted[0]));
}

void TstLayerGains::theOnlyCulpritGivesAllBack()
{
    QuantPlan plan;
    plan.weights = plan.activations = QuantSpec::parse("float32");
    plan.layers[m_weighted[2]].weights = QuantSpec::parse("int4:channel:symmetric");
    const auto all = gains(plan);
    QCOMPARE(all.size(), std::size_t{1});
    QVERIFY(std::isinf(all.at(m_weighted[2])) && all.at(m_weighted[2]) > 0);
}

QTEST_GUILESS_MAIN(TstLayerGains)
#include "tst_layer_gains.moc"
