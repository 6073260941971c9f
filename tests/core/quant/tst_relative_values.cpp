// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/relative_values.h"

#include <QTest>

#include "tests/core/quant/quant_fixture.h"

using namespace lathe;

/// Which values a grid of even steps would spoil, so that they are points only where the plan asks for it.
class TstRelativeValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsWhatRatiosDecide_data();
    void findsWhatRatiosDecide();
    void findsTheInsideOfGelu();
    void pointsComeOnlyFromThePlan();
};

namespace {

QString namesOf(const Graph& graph, const std::vector<bool>& chosen)
{
    QStringList names;
    for (std::size_t i = 0; i < chosen.size(); ++i)
        if (chosen[i] && !graph.values()[i].isConstant())
            names << QString::fromStdString(graph.values()[i].name);
    names.sort();
    return names.join(" ");
}

const QString audio = "opset 13\ninput x: float32[1x4]\nw: float32[4x3] = ...\nh = MatMul(x, w)\n"
                      "low: float32[] = [0.001]\nm = Max(h, low)\nl = Log(m)\n";
const QString normalization =
    "opset 13\ninput x: float32[1x4x6]\nm = ReduceMean(x) {axes=[-1]}\nd = Sub(x, m)\n"
    "q = Mul(d, d)\nv = ReduceMean(q) {axes=[-1]}\ne: float32[] = [0.00001]\nf = Add(v, e)\ns = Sqrt(f)\n";

} // namespace

void TstRelativeValues::findsWhatRatiosDecide_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("relative");
    QTest::newRow("all that leads to a logarithm") << audio + "output l\n"
                                                   << "h m x";
    QTest::newRow("unless it is read otherwise") << audio + "o = Add(l, h)\noutput o\n"
                                                 << "m";
    QTest::newRow("or leaves the graph") << audio + "output l, h\n"
                                         << "m";
    QTest::newRow("not through what saturates")
        << "opset 13\ninput x: float32[1x4]\np = Softmax(x)\nl = Log(p)\noutput l\n"
        << "p";
    QTest::newRow("divisors") << "opset 13\ninput x: float32[1x4]\ninput z: float32[1x4]\na = Abs(z)\n"
                                 "o = Div(x, a)\noutput o\n"
                              << "a z";
    QTest::newRow("a normalization that divides") << normalization + "n = Div(d, s)\noutput n\n"
                                                  << "d f m q s v";
    QTest::newRow("a normalization that multiplies")
        << normalization + "r = Reciprocal(s)\ng: float32[6] = ...\nk = Mul(r, g)\nn = Mul(d, k)\noutput n\n"
        << "d f k m q r s v";
    QTest::newRow("factors of other values")
        << "opset 13\ninput x: float32[1x4]\ninput z: float32[1x4]\nr = Sqrt(z)\nt = Tanh(x)\n"
           "o = Mul(t, r)\noutput o\n"
        << "r z";
    QTest::newRow("nothing") << "opset 13\ninput x: float32[1x4]\ny = Relu(x)\nz = Mul(y, x)\noutput z\n"
                             << "";
}

void TstRelativeValues::findsWhatRatiosDecide()
{
    QFETCH(QString, text);
    const Graph graph = test::graphOf(text.toStdString());
    QTEST(namesOf(graph, relativeValues(graph)), "relative");
}

void TstRelativeValues::findsTheInsideOfGelu()
{
    const Graph graph = test::graphOf(R"(
opset 13
input x: float32[1x4]
root: float32[] = [1.4142135]
one: float32[] = [1]
half: float32[] = [0.5]
d = Div(x, root)
e = Erf(d)
p = Add(e, one)
m = Mul(x, p)
y = Mul(m, half)
s = Sigmoid(y)
z = Mul(y, s)
output z
)");
    QCOMPARE(namesOf(graph, geluParts(graph)), QString("d e m p"));
}

void TstRelativeValues::pointsComeOnlyFromThePlan()
{
    const Graph graph = test::graphOf((audio + "o = Tanh(l)\noutput o\n").toStdString());
    const PointLayout layout = findPoints(graph, findLayers(graph), genericRules());
    const auto isDefault = [&](const std::string& value) {
        for (const auto& point : layout.activations)
            if (point.value == value)
                return point.byDefault;
        return false;
    };
    for (const char* value : {"x", "h", "m"}) {
        QVERIFY(std::any_of(layout.activations.begin(), layout.activations.end(),
                            [&](const auto& point) { return point.value == value; }));
        QVERIFY(!isDefault(value));
    }
    QVERIFY(isDefault("o"));
}

QTEST_APPLESS_MAIN(TstRelativeValues)
#include "tst_relative_values.moc"
