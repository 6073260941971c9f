// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/analysis/findings.def
#include "core/analysis/findings.h"

#include <QTest>

#include <cmath>
#include <set>

#include "core/algorithms/algorithm.h"
#include "core/calibration/tensor_scan.h"
#include "core/ops/infer_shapes.h"
#include "core/quant/target_refusals.h"
#include "core/targets/catalog.h"

using namespace lathe;

namespace {

/// The values of one tensor, sample by sample.
using Seen = std::vector<std::vector<float>>;

/// A network, what calibration saw in it, and how it is quantized.
struct Situation
{
    std::string graph;
    std::map<std::string, Seen> seen;
    QuantPlan plan;
    std::string target = "generic";
};

/// As pass 1 would collect them; channels are on axis 1.
TensorStatistics statisticsOf(const Value& value, const Seen& seen)
{
    TensorStatistics tensor;
    tensor.value = value.name;
    tensor.shape = *value.shape;
    const std::int64_t channels = tensor.shape[1];
    for (const std::vector<float>& sample : seen) {
        const Moments moments = scanMoments(sample);
        tensor.moments.merge(moments);
        tensor.histogram.add(sample);
        tensor.samples.push_back({moments.minimum, moments.maximum});
        std::vector<Moments> own(static_cast<std::size_t>(channels));
        const auto inner = static_cast<std::int64_t>(sample.size()) / channels;
        for (std::int64_t c = 0; c < channels; ++c)
            own[static_cast<std::size_t>(c)] = scanMoments(std::span(sample).subspan(
                static_cast<std::size_t>(c * inner), static_cast<std::size_t>(inner)));
        tensor.channels.resize(own.size());
        for (std::size_t c = 0; c < own.size(); ++c)
            tensor.channels[c].merge(own[c]);
    }
    return tensor;
}

std::vector<Finding> findingsOf(const Situation& situation, const QuantPlan& plan)
{
    Graph graph = parseGraph(situation.graph);
    inferShapes(graph);
    const std::vector<Layer> layers = findLayers(graph);
    Statistics statistics;
    for (const auto& [name, seen] : situation.seen)
        statistics.tensors.emplace(name, statisticsOf(graph.value(graph.find(name)), seen));
    const PlacementRules& rules = targetNamed(situation.target)->placement;
    const Resolved resolved = resolve(plan, graph, statistics, rules);
    return diagnose(graph, layers, plan, statistics, resolved, rules);
}

const Finding* findingOf(const std::vector<Finding>& findings, const std::string& kind)
{
    const auto found =
        std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.kind == kind; });
    return found == findings.end() ? nullptr : &*found;
}

QuantPlan planOf(const char* weights, const char* activations)
{
    QuantPlan plan;
    plan.weights = QuantSpec::parse(weights);
    plan.activations = QuantSpec::parse(activations);
    plan.method = MethodChoice::parse("minmax");
    return plan;
}

Situation product(const std::string& weights, const QuantPlan& plan)
{
    return {"opset 13\ninput x: float32[1x2]\nw: float32[2x1] = " + weights + "\ny = MatMul(x, w)\noutput y",
            {{"x", {{0, 1}}}, {"y", {{0.5F}}}},
            plan};
}

Situation biased(const std::string& weights)
{
    return {"opset 13\ninput x: float32[1x1]\nw: float32[1x2] = " + weights +
                "\nb: float32[2] = [1, 0]\ny = Gemm(x, w, b)\noutput y",
            {{"x", {{1}}}, {"y", {{1, 1}}}},
            planOf("int8:channel:symmetric", "uint8")};
}

Situation row(const std::string& weights, const Seen& x, const Seen& y)
{
    return {"opset 13\ninput x: float32[1x4]\nw: float32[4x4] = " + weights + "\ny = MatMul(x, w)\noutput y",
            {{"x", x}, {"y", y}},
            planOf("int8:tensor:symmetric", "uint8")};
}

/// Sixteen weights, the columns of which are channels; the first one is `first` times as large.
std::string columns(int first)
{
    std::string text;
    for (int i = 0; i < 16; ++i)
        text += (i > 0 ? ", " : "[") + std::to_string(i % 4 == 0 ? first : 1);
    return text + "]";
}

Situation passedOn(const Seen& x, const QuantPlan& plan)
{
    return {"opset 13\ninput x: float32[1x4]\ny = Sigmoid(x)\noutput y",
            {{"x", x}, {"y", {{0.5F, 0.5F, 0.5F, 0.5F}}}},
            plan};
}

Situation joined(float reach)
{
    const TargetPtr target = targetNamed("cortex-m4");
    QuantPlan plan = retargeted(QuantPlan(), *target);
    plan.method = MethodChoice::parse("minmax");
    return {"opset 13\ninput x: float32[1x1x2x2]\ninput z: float32[1x1x2x2]\n"
            "y = Concat(x, z) {axis=1} @cat\noutput y",
            {{"x", {{0, 1, 1, 1}}}, {"z", {{0, reach, 0, 0}}}, {"y", {{0, 1, 1, 1, 0, reach, 0, 0}}}},
            plan,
            "cortex-m4"};
}

Situation headed(const char* format)
{
    QuantPlan plan = planOf("int8:channel:symmetric", "uint8");
    plan.layers["y"].activations = QuantSpec::parse(format);
    return {"opset 13\ninput x: float32[1x4]\ny = Softmax(x) {axis=1}\noutput y",
            {{"x", {{0, 1, 2, 3}}}, {"y", {{0.05F, 0.05F, 0.05F, 0.85F}, {0.05F, 0.85F, 0.05F, 0.05F}}}},
            plan};
}

Seen eightSamples(float last)
{
    Seen seen(8, {0, 1, 0.5F, 0.25F});
    seen.back()[1] = last;
    return seen;
}

/// Sixteen samples that reach 1, but for those of the given ones, which reach 2.
Seen sixteenSamples(const std::vector<std::size_t>& wide)
{
    Seen seen(16, {0, 1, 0.5F, 0.25F});
    for (const std::size_t sample : wide)
        seen[sample][1] = 2;
    return seen;
}

/// Two samples with the same extremes of x, and with those of y.
Situation twice(float y)
{
    Situation situation =
        passedOn({{0, 1, 0.5F, 0.25F}, {1, 0, 0.25F, 0.25F}}, planOf("int8:channel:symmetric", "uint8"));
    situation.seen["y"] = {{0.5F, 0.7F, 0.6F, 0.6F}, {y, 0.5F, 0.6F, 0.6F}};
    return situation;
}

/// Pictures of three channels, white and black in each; `first` is the mean subtracted from the first
/// channel, and the first channel is brighter than the third.
Situation pictures(float first, float third)
{
    Situation situation{"opset 13\ninput x: float32[1x3x1x4]\ny = Relu(x)\noutput y",
                        {},
                        planOf("int8:channel:symmetric", "uint8")};
    const std::vector<float> seen{0, 1, 0.7F, 0.6F, 0, 1, 0.5F, 0.5F, 0, 1, 0.4F, 0.4F};
    std::vector<float> normalized = seen;
    for (std::size_t i = 0; i < 4; ++i) {
        normalized[i] -= first;
        normalized[4 + i] -= 0.45F;
        normalized[8 + i] -= third;
    }
    situation.seen = {{"x", Seen(64, normalized)}, {"y", Seen(64, seen)}};
    return situation;
}

Situation inputs(const Seen& x)
{
    return passedOn(x, planOf("int8:channel:symmetric", "uint8"));
}

/// A layer with a bias of 1 whose input is this small: eight samples.
Situation small(float size)
{
    Situation situation = biased("[1, 1]");
    situation.seen.clear();
    for (int i = 0; i < 8; ++i) {
        const float x = size * static_cast<float>(i % 4);
        situation.seen["x"].push_back({x});
        situation.seen["y"].push_back({1 + x, x + 0.5F});
    }
    return situation;
}

/// Three layers with biases of 1 and a softmax; what reaches them is this large.
Situation large(float size)
{
    Situation situation{
        "opset 13\ninput x: float32[1x2]\nw: float32[2x2] = [1, 0, 0, 1]\nb: float32[2] = [1, 1]\n"
        "h = Gemm(x, w, b)\nv: float32[2x2] = [1, 0, 0, 1]\nc: float32[2] = [1, 1]\n"
        "k = Gemm(h, v, c)\nu: float32[2x2] = [1, 0, 0, 1]\nd: float32[2] = [1, 1]\n"
        "l = Gemm(k, u, d)\ny = Softmax(l)\noutput y",
        {},
        planOf("int8:channel:symmetric", "uint8")};
    for (int i = 0; i < 8; ++i) {
        const float x = size * static_cast<float>(1 + i % 4);
        const float p = 1 / (1 + std::exp(-x));
        situation.seen["x"].push_back({x, -x});
        for (const char* value : {"h", "k", "l"})
            situation.seen[value].push_back({x, -x});
        situation.seen["y"].push_back({p, 1 - p});
    }
    return situation;
}

QuantPlan clippedAt(float high)
{
    QuantPlan plan = planOf("int8:channel:symmetric", "uint8");
    plan.layers["input:x"].clip = Range{0, high};
    return plan;
}

}

class TstFindings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsEach_data();
    void findsEach();
    void everyKindHasARow();
    void lockedLayersStay();

private:
    static void add(const char* name, const char* kind, const Situation& with, const Situation& without);
    std::set<std::string> m_kinds;
};

Q_DECLARE_METATYPE(Situation)

void TstFindings::add(const char* name, const char* kind, const Situation& with, const Situation& without)
{
    QTest::newRow(name) << QByteArray(kind) << with << without;
}

void TstFindings::findsEach_data()
{
    QTest::addColumn<QByteArray>("kind");
    QTest::addColumn<Situation>("with");
    QTest::addColumn<Situation>("without");
    const QuantPlan usual = planOf("int8:channel:symmetric", "uint8");
    // 2 * 65535 * 32767 is a little less than 2^32.
    add("16-bit products", "accumulatorOverflow",
        product("[1, 1]", planOf("int16:channel:symmetric", "uint16")), product("[1, 1]", usual));
    // 1 / (1/255 * 1e-6/127) is 3e10.
    add("tiny weights under a bias", "biasBound", biased("[1e-6, 1]"), biased("[1, 1]"));
    const Seen even{{0, 1, 2, 3}, {3, 2, 1, 0}};
    add("weights", "outlierChannel", row(columns(16), even, even), row(columns(4), even, even));
    add("activations", "outlierChannel", row(columns(1), {{40, 1, 1, 2}}, even),
        row(columns(1), {{4, 1, 1, 2}}, even));
    add("a constant channel", "deadChannel", row(columns(1), even, {{0, 1, 2, 3}, {0, 2, 1, 0}}),
        row(columns(1), even, even));
    add("a range of a tenth", "clippedTail", passedOn({{0, 1, 0.5F, 0.05F}}, clippedAt(0.1F)),
        passedOn({{0, 1, 0.5F, 0.05F}}, usual));
    add("a wide neighbour", "scaleConflict", joined(10), joined(2));
    // Half a step of 4 bits is 1/30.
    add("small values", "zeroBound",
        passedOn({{0, 1, 0.01F, 0.01F}}, planOf("int8:channel:symmetric", "uint4")),
        passedOn({{0, 1, 0.01F, 0.01F}}, usual));
    add("2-bit probabilities", "headCollapse", headed("uint2"), headed("uint8"));
    add("one wide sample", "calibrationCoverage", passedOn(eightSamples(4), usual),
        passedOn(eightSamples(1.25F), usual));
    add("three wide ones in one half", "unstableHalves", passedOn(sixteenSamples({9, 11, 14}), usual),
        passedOn(sixteenSamples({3, 9, 11, 14}), usual));
    add("two wide ones are chance", "unstableHalves", passedOn(sixteenSamples({0, 1, 2, 3}), usual),
        passedOn(sixteenSamples({0, 1}), usual));
    add("a sample twice", "duplicateSamples", twice(0.7F), twice(0.8F));
    const Seen usable{{0, 1, 2, 3}, {3, 2, 1, 0}};
    add("a constant input channel", "doubtfulPreprocessing", inputs({{0, 1, 2, 3}, {0, 2, 1, 0}}),
        inputs(usable));
    add("no numbers", "doubtfulPreprocessing", inputs({{0, NAN, 2, 3}, {3, 2, 1, 0}}), inputs(usable));
    add("values cut at the top", "doubtfulPreprocessing",
        inputs({{1, 0, 1, 1}, {0, 1, 1, 0.5F}, {1, 1, 0.5F, 1}}),
        inputs({{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 1}}));
    add("means in the other order", "doubtfulPreprocessing", pictures(0.40F, 0.48F), pictures(0.48F, 0.40F));
    add("means that do not tell", "doubtfulPreprocessing", pictures(0.40F, 0.48F), pictures(0.45F, 0.46F));
    add("inputs that are too small", "doubtfulPreprocessing", small(0.001F), small(1));
    add("inputs that are too large", "doubtfulPreprocessing", large(1000), large(1));
}

/// A kind is found where it is and not where it is not, and its remedy, where it is one of the plan, mends
/// it.
void TstFindings::findsEach()
{
    QFETCH(QByteArray, kind);
    QFETCH(Situation, with);
    QFETCH(Situation, without);
    m_kinds.insert(kind.toStdString());
    QVERIFY(!findingOf(findingsOf(without, without.plan), kind.toStdString()));
    const std::vector<Finding> findings = findingsOf(with, with.plan);
    const Finding* finding = findingOf(findings, kind.toStdString());
    QVERIFY(finding);
    QVERIFY(!finding->layer.empty() && !finding->text.empty());
    QCOMPARE(finding->remedy.text.empty(), finding->remedy.isEmpty());
    if (!finding->remedy.algorithm.empty())
        QVERIFY(algorithms().find(finding->remedy.algorithm));
    if (finding->remedy.layers.empty())
        return;
    const QuantPlan mended = withRemedy(with.plan, finding->remedy);
    QVERIFY(!(mended == with.plan));
    QVERIFY(!findingOf(findingsOf(with, mended), kind.toStdString()));
}

void TstFindings::everyKindHasARow()
{
    for (const FindingKind& kind : findingKinds()) {
        QVERIFY2(m_kinds.contains(kind.id), kind.id.c_str());
        QVERIFY(!kind.label.empty() && !kind.summary.empty());
    }
}

void TstFindings::lockedLayersStay()
{
    Situation situation = headed("uint2");
    situation.plan.layers["y"].locked = true;
    const std::vector<Finding> findings = findingsOf(situation, situation.plan);
    const Finding* finding = findingOf(findings, "headCollapse");
    QVERIFY(finding);
    QCOMPARE(withRemedy(situation.plan, finding->remedy), situation.plan);
}

QTEST_GUILESS_MAIN(TstFindings)
#include "tst_findings.moc"
