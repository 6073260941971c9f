// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layout/rules.h"

#include <QTest>

using namespace lathe::layout;

namespace {

Source source(const char* path, std::initializer_list<const char*> lines)
{
    return {path, {lines.begin(), lines.end()}};
}

QString joined(const std::vector<std::string>& faults)
{
    QStringList all;
    for (const std::string& fault : faults)
        all += QString::fromStdString(fault);
    return all.join('\n');
}

}

/// The rules themselves: each breach is found, each allowed case is let through.
class TstRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void include_data();
    void include();
    void qtWords();
    void licence();
    void shape();
    void table();
    void unlistedTest();
    void untranslated();
};

void TstRules::include_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("fault");

    const auto row = [](const char* path, const char* line, const char* fault) {
        QTest::addRow("%s %s", path, line) << path << line << fault;
    };
    row("core/ops/conv.cpp", "#include \"core/tensor/tensor.h\"", "");
    row("core/ops/conv.cpp", "#include \"core/ops/op.h\"", "");
    row("core/ops/conv.cpp", "#include <vector>", "");
    row("core/ops/conv.cpp", "#include <onnx/onnx_pb.h>", "");
    row("core/tensor/tensor.h", "#include \"core/ops/op.h\"",
        "core/tensor/tensor.h:1: core/tensor may not know core/ops, which comes after it.");
    row("core/tensor/tensor.h", "  #  include \"core/bundle/bundle.h\"",
        "core/tensor/tensor.h:1: core/tensor may not know core/bundle, which comes after it.");
    row("core/extra/x.cpp", "#include \"core/base/error.h\"",
        "core/extra/x.cpp:1: core/extra has no place in the order of core/; give it one in core/CMakeLists.txt and "
        "tests/layout/rules.cpp.");
    row("core/base/x.cpp", "#include \"core/extra/x.h\"",
        "core/base/x.cpp:1: core/extra has no place in the order of core/.");
    row("core/base/text.cpp", "#include <QString>", "core/base/text.cpp:1: core/ may not know Qt (<QString>).");
    row("core/base/text.cpp", "#include <QtCore/qstring.h>",
        "core/base/text.cpp:1: core/ may not know Qt (<QtCore/qstring.h>).");
    row("core/base/text.cpp", "#include <qstring.h>", "core/base/text.cpp:1: core/ may not know Qt (<qstring.h>).");
    row("core/project/x.cpp", "#include \"widgets/session.h\"",
        "core/project/x.cpp:1: core/ may not know widgets/ (widgets/session.h).");
    row("widgets/views/x.cpp", "#include \"core/quant/apply.h\"", "");
    row("widgets/views/x.cpp", "#include <QWidget>", "");
    row("widgets/views/x.cpp", "#include \"x.moc\"", "");
    row("widgets/views/x.cpp", "#include \"app/common/resource_path.h\"",
        "widgets/views/x.cpp:1: widgets/ may not know app/ (app/common/resource_path.h).");
    row("app/cli/main.cpp", "#include \"tests/support/shared_files.h\"",
        "app/cli/main.cpp:1: app/ may not know tests/ (tests/support/shared_files.h).");
    row("tests/core/ops/tst_conv.cpp", "#include \"app/cli/verbs.h\"", "");
    row("core/ops/conv.cpp", "#include \"op.h\"", "core/ops/conv.cpp:1: \"op.h\" is not written from the repository root.");
    row("core/ops/conv.cpp", "#include \"../base/error.h\"",
        "core/ops/conv.cpp:1: \"../base/error.h\" is not written from the repository root.");
    row("core/ops/conv.cpp", "// #include \"core/bundle/bundle.h\"", "");
}

void TstRules::include()
{
    QFETCH(QString, path);
    QFETCH(QString, line);
    QFETCH(QString, fault);
    QCOMPARE(joined(includeFaults({path.toStdString(), {line.toStdString()}})), fault);
}

void TstRules::qtWords()
{
    QCOMPARE(joined(qtWordFaults(source("core/a.h", {"int slots() const;"}))),
             QStringLiteral("core/a.h:1: slots is a macro of Qt's headers; choose another name."));
    QVERIFY(qtWordFaults(source("core/a.h", {"int allSlots();  // the slots", "/// emit signals"})).empty());
    QVERIFY(qtWordFaults(source("core/a.cpp", {"int slots = 0;"})).empty());
    QVERIFY(qtWordFaults(source("widgets/a.h", {"signals:"})).empty());
}

void TstRules::licence()
{
    const char* spdx = "// SPDX-License-Identifier: GPL-3.0-or-later";
    QVERIFY(licenceFaults(source("a.h", {spdx, "#pragma once"})).empty());
    QVERIFY(licenceFaults(source("a.sh", {"#!/bin/sh", "# SPDX-License-Identifier: GPL-3.0-or-later"})).empty());
    QCOMPARE(licenceFaults(source("a.h", {"#pragma once", spdx})).size(), 1u);
    QCOMPARE(licenceFaults(source("a.h", {"// SPDX-License-Identifier: MIT"})).size(), 1u);
    QCOMPARE(licenceFaults(source("a.h", {})).size(), 1u);
}

void TstRules::shape()
{
    QVERIFY(shapeFaults(source("core/a.h", {"#pragma once"})).empty());
    QCOMPARE(joined(shapeFaults(source("core/a.h", {""}))), QStringLiteral("core/a.h has no #pragma once."));
    QVERIFY(shapeFaults({"core/a.cpp", std::vector<std::string>(maxLines)}).empty());
    QCOMPARE(shapeFaults({"core/a.cpp", std::vector<std::string>(maxLines + 1)}).size(), 1u);
    QVERIFY(shapeFaults({"tests/core/tst_a.cpp", std::vector<std::string>(maxLines + 1)}).empty());
}

void TstRules::table()
{
    const Source table = source("core/ops/ops.def", {"// OP(comment)", "OP(conv)", "DTYPE(float32, 4)"});
    const Source member = source("core/ops/conv.cpp", {});
    const Source test = source("tests/core/ops/tst_conv.cpp", {});
    const Source walker = source("tests/suites/tst_ops.cpp", {"// walks core/ops/ops.def"});

    QVERIFY(tableFaults({table, member, test}).empty());
    QVERIFY(tableFaults({table, member, walker}).empty());
    QCOMPARE(joined(tableFaults({table, test})),
             QStringLiteral("core/ops/ops.def has the row OP(conv), but core/ops/conv.cpp is missing."));
    QCOMPARE(joined(tableFaults({table, member})),
             QStringLiteral("core/ops/ops.def has the row OP(conv), but tests/core/ops/tst_conv.cpp is missing, and no "
                            "test says \"// walks core/ops/ops.def\"."));
    QCOMPARE(joined(tableFaults({source("core/ops/ops.def", {"OP(conv)", "OP(conv)"}), member, test})),
             QStringLiteral("core/ops/ops.def names conv twice."));
}

void TstRules::unlistedTest()
{
    const Source test = source("tests/core/ops/tst_conv.cpp", {});
    QVERIFY(unlistedTestFaults({test}, {source("tests/core/ops/CMakeLists.txt", {"lathe_add_test(tst_conv LABELS core)"})})
                .empty());
    QCOMPARE(unlistedTestFaults({test}, {source("tests/core/ops/CMakeLists.txt", {"lathe_add_test(tst_conv_x)"})}).size(),
             1u);
    QCOMPARE(unlistedTestFaults({test}, {source("tests/core/ops/CMakeLists.txt", {"# lathe_add_test(tst_conv)"})}).size(),
             1u);
    QCOMPARE(unlistedTestFaults({test}, {source("tests/core/CMakeLists.txt", {"lathe_add_test(tst_conv)"})}).size(), 1u);
}

void TstRules::untranslated()
{
    const auto faults = [](const char* line) { return joined(untranslatedFaults(source("widgets/views/x.cpp", {line}))); };
    QVERIFY(faults("    label->setText(QStringLiteral(\"Open a model\"));").contains("write tr()"));
    QVERIFY(faults("    box->setToolTip(\"stops the job\");").contains("widgets/views/x.cpp:1"));
    QVERIFY(faults("    auto* open = new QPushButton(QStringLiteral(\"Open\"));").contains("Open"));
    QVERIFY(faults("    label->setText(tr(\"Open a model\"));").isEmpty());
    QVERIFY(faults("    setWindowTitle(title + QStringLiteral(\" – Tensorlathe\"));").isEmpty());
    QVERIFY(faults("    label->setText(QStringLiteral(\"%1 × %2\").arg(a).arg(b));").isEmpty());
    QVERIFY(faults("    edit->setObjectName(QStringLiteral(\"openModel\"));").isEmpty());
    QVERIFY(untranslatedFaults(source("core/base/x.cpp", {"setText(\"Open a model\")"})).empty());
}

QTEST_GUILESS_MAIN(TstRules)
#include "tst_rules.moc"
