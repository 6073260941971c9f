// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/lookup.h"

#include <QTest>

using namespace lathe;

class TstLookup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheOperatorSet()
    {
        QCOMPARE(opsetOf(parseGraph("opset 17\ninput x: float32[1]\ny = Relu(x)\noutput y")), 17);
        Graph other;
        other.opsets["com.microsoft"] = 1;
        QCOMPARE(opsetOf(other), 13);
    }

    void findsValuesOrSaysWhich()
    {
        const Graph graph = parseGraph("input x: float32[1]\ny = Relu(x)\noutput y");
        QCOMPARE(valueNamed(graph, "y"), graph.outputs[0]);
        try {
            valueNamed(graph, "z");
            QFAIL("a value that is not there was found");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::unknownName);
        }
    }
};

QTEST_GUILESS_MAIN(TstLookup)
#include "tst_lookup.moc"
