// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/graph/graph.h"
#include "core/targets/catalog.h"
#include "core/targets/choices.h"
#include "tests/core/targets/small_profile.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Node nodeOf(const char* op)
{
    Node node;
    node.op = op;
    return node;
}

/// "reason | nearest", or "" where nothing is refused.
QString text(const std::optional<ChoiceRefusal>& refusal)
{
    if (!refusal)
        return {};
    return QString::fromStdString(refusal->reason + " | " + (refusal->nearest ? refusal->nearest->name() : "-"));
}

}

class TstChoices : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void activations_data();
    void activations();
    void weights_data();
    void weights();
    void operators();
    void nearestHasEnoughBits();
};

void TstChoices::activations_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("kept") << "uint8:tensor:asymmetric" << "";
    QTest::newRow("symmetric is asymmetric too") << "int8:tensor:symmetric" << "";
    QTest::newRow("too narrow") << "int4:tensor:asymmetric" << "int8:tensor:asymmetric";
    QTest::newRow("between") << "uint12:tensor:asymmetric" << "int16:tensor:symmetric";
    QTest::newRow("with a zero-point") << "int16:tensor:asymmetric" << "int16:tensor:symmetric";
    QTest::newRow("half") << "float16" << "int16:tensor:symmetric";
}

void TstChoices::activations()
{
    QFETCH(QString, asked);
    QFETCH(QString, nearest);
    const auto refusal = refuseActivations(smallTarget(), QuantSpec::parse(asked.toStdString()));
    QCOMPARE(refusal ? QString::fromStdString(refusal->nearest->name()) : QString(), nearest);
    if (refusal)
        QVERIFY(refusal->reason.starts_with("Small device keeps activations as int8:tensor:asymmetric, int16"));
}

void TstChoices::weights_data()
{
    QTest::addColumn<QString>("op");
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("inputs");
    QTest::addColumn<QString>("said");
    QTest::newRow("runs") << "Conv" << "int4:channel:symmetric" << "int8:tensor:asymmetric" << "";
    QTest::newRow("runs with wide inputs") << "Gemm" << "int8:tensor:symmetric" << "int16:tensor:symmetric" << "";
    QTest::newRow("bits") << "Conv" << "int5:channel:symmetric" << "int8:tensor:asymmetric"
                          << "Small device has no kernel of Conv for int5:channel:symmetric weights with "
                             "int8:tensor:asymmetric inputs. | int8:channel:symmetric";
    QTest::newRow("granularity") << "Conv" << "int8:channel:symmetric" << "int16:tensor:symmetric"
                                 << "Small device has no kernel of Conv for int8:channel:symmetric weights with "
                                    "int16:tensor:symmetric inputs. | int8:tensor:symmetric";
    QTest::newRow("symmetry") << "Conv" << "uint8:channel:asymmetric" << "int8:tensor:asymmetric"
                              << "Small device has no kernel of Conv for uint8:channel:asymmetric weights with "
                                 "int8:tensor:asymmetric inputs. | int8:channel:symmetric";
    QTest::newRow("inputs") << "Gemm" << "int8:tensor:symmetric" << "int8:tensor:asymmetric"
                            << "Small device has no kernel of Gemm for int8:tensor:asymmetric inputs. | -";
    QTest::newRow("another operator's affair") << "LSTM" << "int8:tensor:symmetric" << "int8:tensor:asymmetric" << "";
}

void TstChoices::weights()
{
    QFETCH(QString, op);
    QFETCH(QString, weights);
    QFETCH(QString, inputs);
    QFETCH(QString, said);
    QCOMPARE(text(refuseWeights(smallTarget(), nodeOf(op.toStdString().c_str()), QuantSpec::parse(weights.toStdString()),
                                QuantSpec::parse(inputs.toStdString()))),
             said);
}

void TstChoices::operators()
{
    Target target = smallTarget();
    QCOMPARE(text(refuseOperator(target, nodeOf("Conv"))), QString());
    QCOMPARE(text(refuseOperator(target, nodeOf("Softmax"))), QString("Small device has no kernel of Softmax. | -"));
    target.fallback = Fallback::floating;
    QCOMPARE(text(refuseOperator(target, nodeOf("Softmax"))), QString());
}

void TstChoices::nearestHasEnoughBits()
{
    const auto specs = [](std::initializer_list<const char*> names) {
        std::vector<QuantSpec> result;
        for (const char* name : names)
            result.push_back(QuantSpec::parse(name));
        return result;
    };
    const auto offered = specs({"int4:channel:symmetric", "int8:tensor:symmetric", "int8:channel:symmetric", "float32"});
    QCOMPARE(nearestSpec(offered, QuantSpec::parse("int6:channel:symmetric")).name(), std::string("int8:channel:symmetric"));
    QCOMPARE(nearestSpec(offered, QuantSpec::parse("int2:tensor:symmetric")).name(), std::string("int4:channel:symmetric"));
    QCOMPARE(nearestSpec(offered, QuantSpec::parse("int12:tensor")).name(), std::string("float32"));
    QCOMPARE(nearestSpec(specs({"int4", "int8"}), QuantSpec::parse("int16")).name(), std::string("int8:tensor:symmetric"));
}

QTEST_GUILESS_MAIN(TstChoices)
#include "tst_choices.moc"
