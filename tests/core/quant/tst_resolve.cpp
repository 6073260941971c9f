// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/resolve.h"

#include <QTest>

#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Fixture
{
    Graph graph = graphOf(smallNetwork);
    Statistics statistics = statisticsOf(graph);

    Resolved full(const QuantPlan& plan) const { return resolve(plan, graph, statistics, genericRules()); }
};

const Fixture& fixture()
{
    static const Fixture made;
    return made;
}

QuantPlan planOf(const char* json)
{
    return parsePlan(parseJson(json, "test"), "test");
}

bool same(const std::map<std::string, EncodingPtr>& a, const std::map<std::string, EncodingPtr>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.first == y.first && *x.second == *y.second;
    });
}

bool same(const Resolved& a, const Resolved& b)
{
    return same(a.encodings.activations, b.encodings.activations) &&
           same(a.encodings.weights, b.encodings.weights) && same(a.encodings.biases, b.encodings.biases) &&
           a.encodings.ranges == b.encodings.ranges && a.codes.digest() == b.codes.digest() &&
           a.refusals.size() == b.refusals.size();
}

QString refusalsText(const Resolved& resolved)
{
    QStringList parts;
    for (const Refusal& refusal : resolved.refusals)
        parts << QString::fromStdString(refusal.layer + ": " + refusal.reason + " " + refusal.nearest);
    return parts.join("\n");
}

} // namespace

class TstResolve : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fillsEveryPoint();
    void sharedGridsAreOneObject();
    void sharedGridsCoverAllValues();
    void widestFormatOfAGroupWins();
    void floatLayers();
    void softmaxOnDemand();
    void manualClip();
    void namesAreIds();
    void refusals();
    void layersInBodiesStayFloat();
    void uncalibrated();
    void partialEqualsFull_data();
    void partialEqualsFull();
    void partialKeepsWhatDidNotChange();
};

void TstResolve::fillsEveryPoint()
{
    const Resolved resolved = fixture().full(QuantPlan());
    QStringList names;
    for (const auto& [name, encoding] : resolved.encodings.activations)
        names << QString::fromStdString(name);
    QCOMPARE(names.join(" "), QString("a c2 c3 cat f g h m p r1 s x"));
    QCOMPARE(resolved.encodings.weights.size(), std::size_t(4));
    QCOMPARE(resolved.encodings.biases.size(), std::size_t(3));
    QCOMPARE(resolved.codes.weights.size(), std::size_t(4));
    QCOMPARE(resolved.codes.biases.size(), std::size_t(3));
    QCOMPARE(resolved.encodings.ranges.size(), resolved.encodings.activations.size());
    QVERIFY2(resolved.refusals.empty(), qPrintable(refusalsText(resolved)));
    QCOMPARE(resolved.encodings.weights.at("w1")->channels(), std::size_t(4));
    QCOMPARE(resolved.encodings.weights.at("w4")->axis, 1);
    QCOMPARE(resolved.encodings.activations.at("r1")->zeroPoint[0], 0);
}

void TstResolve::sharedGridsAreOneObject()
{
    const auto& activations = fixture().full(QuantPlan()).encodings.activations;
    // The pool moves `a`; the concatenation joins it with `m`; the flattening moves `g`.
    for (const char* name : {"p", "m", "cat"})
        QVERIFY2(activations.at(name) == activations.at("a"), name);
    QVERIFY(activations.at("f") == activations.at("g"));
    QVERIFY(activations.at("g") != activations.at("a"));
}

void TstResolve::sharedGridsCoverAllValues()
{
    const Resolved resolved = fixture().full(planOf(R"({"default":{"method":"minmax"}})"));
    const Moments& a = fixture().statistics.tensor("a").moments;
    const Moments& m = fixture().statistics.tensor("m").moments;
    const Range& range = resolved.encodings.ranges.at("cat");
    QCOMPARE(range.low, std::min(a.minimum, m.minimum));
    QCOMPARE(range.high, std::max(a.maximum, m.maximum));
}

void TstResolve::widestFormatOfAGroupWins()
{
    const Resolved one = fixture().full(planOf(R"({"layers":{"m":{"activations":"uint4"}}})"));
    QCOMPARE(one.encodings.activations.at("a")->format.bits, 4);
    QVERIFY(one.refusals.empty());
    const Resolved two =
        fixture().full(planOf(R"({"layers":{"m":{"activations":"uint4"},"a":{"activations":"uint6"}}})"));
    QCOMPARE(two.encodings.activations.at("m")->format.bits, 6);
    QCOMPARE(two.refusals.size(), std::size_t(1));
    QCOMPARE(two.refusals[0].layer, std::string("m"));
    QVERIFY(two.refusals[0].nearest.find("uint6") != std::string::npos);
}

void TstResolve::floatLayers()
{
    const Resolved resolved =
        fixture().full(planOf(R"({"layers":{"r1":{"activations":"float32"},"h":{"weights":"float32"}}})"));
    QVERIFY(resolved.encodings.activations.count("r1") == 0);
    QVERIFY(resolved.encodings.weights.count("w2") == 1);
    QVERIFY(resolved.encodings.biases.count("b2") == 0); // its input is float
    QVERIFY(resolved.encodings.biases.count("b1") == 1);
    QVERIFY(resolved.encodings.weights.count("w4") == 0);
    QVERIFY(resolved.encodings.biases.count("b4") == 0);
    const Resolved nothing =
        fixture().full(planOf(R"({"default":{"weights":"float32","activations":"float32"}})"));
    QVERIFY(nothing.encodings.activations.empty() && nothing.encodings.weights.empty() &&
            nothing.codes.biases.empty());
}

void TstResolve::softmaxOnDemand()
{
    QVERIFY(fixture().full(QuantPlan()).encodings.activations.count("y") == 0);
    const Resolved resolved = fixture().full(planOf(R"({"layers":{"y":{"activations":"uint8"}}})"));
    QVERIFY(resolved.encodings.activations.count("y") == 1);
}

void TstResolve::manualClip()
{
    const Resolved resolved =
        fixture().full(planOf(R"({"layers":{"r1":{"clip":[-0.5,2.05],"activations":"uint8"}}})"));
    QVERIFY(resolved.encodings.ranges.at("r1") == (Range{-0.5F, 2.05F}));
    const Encoding& encoding = *resolved.encodings.activations.at("r1");
    QVERIFY(std::abs(encoding.scale[0] - 0.01F) < 1e-6F);
    QCOMPARE(encoding.zeroPoint[0], 50);
}

void TstResolve::namesAreIds()
{
    const Resolved byName = fixture().full(planOf(R"({"layers":{"conv1":{"weights":"int4:channel"}}})"));
    const Resolved byId = fixture().full(planOf(R"({"layers":{"r1":{"weights":"int4:channel"}}})"));
    QVERIFY(same(byName, byId));
    QCOMPARE(byId.encodings.weights.at("w1")->format.bits, 4);
    LATHE_EXPECT_ERROR(planInvalid, fixture().full(planOf(R"({"layers":{"nowhere":{"weights":"int4"}}})")));
    LATHE_EXPECT_ERROR(planInvalid,
                       fixture().full(planOf(R"({"layers":{"r1":{},"conv1":{"weights":"int4"}}})")));
}

void TstResolve::refusals()
{
    const Resolved resolved = fixture().full(planOf(R"({"layers":{"r1":{"weights":"int4:group:32"},
        "c2":{"weights":"int4:group:32","activations":"uint8:channel"},"c3":{"activations":"nf4"},
        "h":{"weights":"int4:group:8"}}})"));
    QCOMPARE(resolved.refusals.size(), std::size_t(4));
    QVERIFY2(refusalsText(resolved).contains("depthwise"), qPrintable(refusalsText(resolved)));
    QVERIFY2(refusalsText(resolved).contains("int4:group:16"), qPrintable(refusalsText(resolved)));
    QVERIFY2(refusalsText(resolved).contains("nf4 are for weights"), qPrintable(refusalsText(resolved)));
    QCOMPARE(resolved.encodings.weights.at("w1")->groupSize, 32);
    QVERIFY2(refusalsText(resolved).contains("int4:channel:symmetric"), qPrintable(refusalsText(resolved)));
    QCOMPARE(resolved.encodings.weights.at("w1")->format.bits, 4);
    QVERIFY(!resolved.encodings.activations.at("c2")->perChannel());
}

void TstResolve::layersInBodiesStayFloat()
{
    const Graph graph = graphOf(R"(
input c: bool[]
input x: float32[1x3]
w: float32[3x4] = ...
y = If(c) {then_branch=graph {
    capture x
    capture w
    t = MatMul(x, w)
    output t
}, else_branch=graph {
    capture x
    v: float32[3x4] = ...
    m = MatMul(x, v)
    e = Neg(m)
    output e
}}
z = Sigmoid(y)
output z
)");
    Statistics statistics;
    for (const char* name : {"x", "y", "z"}) {
        TensorStatistics tensor;
        const std::vector<float> values{-1, 0.5F, 2};
        tensor.value = name;
        tensor.moments = scanMoments(values);
        tensor.histogram.add(values);
        statistics.tensors.emplace(name, std::move(tensor));
    }
    const Resolved resolved = resolve(QuantPlan(), graph, statistics, genericRules());
    QCOMPARE(resolved.refusals.size(), std::size_t(2));
    QVERIFY(resolved.encodings.weights.empty());
    QVERIFY2(refusalsText(resolved).contains("y/then_branch/t: It stands in a body"),
             qPrintable(refusalsText(resolved)));
    QVERIFY2(refusalsText(resolved).contains("y/else_branch/m: It stands in a body"),
             qPrintable(refusalsText(resolved)));
}

void TstResolve::uncalibrated()
{
    LATHE_EXPECT_ERROR(noStatistics, resolve(QuantPlan(), fixture().graph, Statistics(), genericRules()));
}

void TstResolve::partialEqualsFull_data()
{
    QTest::addColumn<QString>("layer");
    QTest::addColumn<QString>("change");
    for (const char* layer : {"input:x", "r1", "c2", "a", "m", "c3", "g", "h", "y"})
        for (const char* change :
             {R"("activations":"uint4")", R"("activations":"float32")", R"("weights":"int3:channel")",
              R"("clip":[-1,1])", R"("weightClip":[-0.5,0.5])", R"("method":"minmax")", R"("method":"kmeans")", R"("activations":"float16","weights":"float16")",
              R"("weights":"int4:group:16")", R"("activations":"uint8:dynamic")", R"("weights":"nf4:channel")"})
            QTest::addRow("%s %s", layer, change) << layer << change;
}

void TstResolve::partialEqualsFull()
{
    QFETCH(QString, layer);
    QFETCH(QString, change);
    const Resolved before = fixture().full(QuantPlan());
    const QuantPlan plan =
        planOf(QString(R"({"layers":{"%1":{%2}}})").arg(layer, change).toUtf8().constData());
    const std::set<std::string> only{layer.toStdString()};
    const Resolved partial =
        resolve(plan, fixture().graph, fixture().statistics, genericRules(), &before, &only);
    QVERIFY(same(partial, fixture().full(plan)));
    const Resolved back =
        resolve(QuantPlan(), fixture().graph, fixture().statistics, genericRules(), &partial, &only);
    QVERIFY(same(back, before));
}

void TstResolve::partialKeepsWhatDidNotChange()
{
    const Resolved before = fixture().full(QuantPlan());
    const std::set<std::string> only{"c2"};
    const Resolved partial = resolve(planOf(R"({"layers":{"c2":{"activations":"uint4"}}})"), fixture().graph,
                                     fixture().statistics, genericRules(), &before, &only);
    QVERIFY(partial.encodings.activations.at("a") == before.encodings.activations.at("a"));
    QVERIFY(partial.encodings.weights.at("w3") == before.encodings.weights.at("w3"));
    QVERIFY(partial.encodings.activations.at("c2") != before.encodings.activations.at("c2"));
}

QTEST_GUILESS_MAIN(TstResolve)
#include "tst_resolve.moc"
