// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include <set>

#include "core/base/error.h"
#include "core/ops/op.h"
#include "core/targets/catalog.h"
#include "core/targets/choices.h"
#include "tests/core/targets/small_profile.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

class TstCatalog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheBuiltinOnes();
    void profilesAreComplete_data();
    void profilesAreComplete();
    void genericIsTheDefaultRules();
    void addsFilesOfTheUser();
    void listsWhatIsKnown();
};

void TstCatalog::hasTheBuiltinOnes()
{
    QStringList ids;
    for (const TargetPtr& target : builtinTargets())
        ids << QString::fromStdString(target->id);
    QCOMPARE(ids, QStringList({"arm-neon-dot", "cortex-m4", "cortex-m7", "ethos-u55", "generic", "npu-int4", "riscv-vector",
                               "tensorrt", "x86-avx2", "x86-vnni"}));
}

void TstCatalog::profilesAreComplete_data()
{
    QTest::addColumn<QString>("id");
    for (const TargetPtr& target : builtinTargets())
        QTest::newRow(target->id.c_str()) << QString::fromStdString(target->id);
}

/// Every operator that a profile names exists; everything that computes has a place in it; defaults run.
void TstCatalog::profilesAreComplete()
{
    QFETCH(QString, id);
    const TargetPtr target = targetNamed(id.toStdString());
    std::set<std::string> inKernels;
    for (const KernelRule& rule : target->kernels)
        inKernels.insert(rule.operators.begin(), rule.operators.end());
    // The default rules know operators that the engine cannot run yet.
    const auto isKnown = [](const std::string& op) { return ops().find(op) || genericRules().find(op); };
    for (const std::string& op : inKernels)
        QVERIFY2(isKnown(op), op.c_str());
    for (const auto& [key, rule] : target->placement.operators) {
        const std::string op = key.substr(0, key.find('['));
        QVERIFY2(isKnown(op), op.c_str());
        QVERIFY2(inKernels.contains(op), (op + " has a rule but no kernel").c_str());
    }
    for (const char* op : {"Conv", "Gemm", "MatMul", "Add", "Concat", "MaxPool", "Softmax"}) {
        Node node;
        node.op = op;
        QVERIFY2(!refuseOperator(*target, node), op);
    }
    QVERIFY(!refuseActivations(*target, target->defaultActivations));
    Node conv;
    conv.op = "Conv";
    QVERIFY(!refuseWeights(*target, conv, target->defaultWeights, target->defaultActivations));
}

void TstCatalog::genericIsTheDefaultRules()
{
    const PlacementRules& rules = targetNamed("generic")->placement;
    QCOMPARE(rules.id, genericRules().id);
    QCOMPARE(rules.operators.size(), genericRules().operators.size());
}

void TstCatalog::addsFilesOfTheUser()
{
    QTemporaryDir folder;
    const Path root = folder.path().toStdString();
    Json mine = smallProfile();
    mine["id"] = "mine";
    systemFs().writeWhole(root / "a.json", dumpJson(mine));
    systemFs().writeWhole(root / "b.json", std::string_view("{\"schema\": 1}"));
    systemFs().writeWhole(root / "notes.txt", std::string_view("no profile"));
    const std::vector<std::string> faults = addTargetFolder(systemFs(), root);
    QCOMPARE(faults.size(), std::size_t{1});
    QVERIFY2(faults[0].find("b.json") != std::string::npos && faults[0].find("\"id\" is missing") != std::string::npos,
             faults[0].c_str());
    QCOMPARE(targetNamed("mine")->label, std::string("Small device"));
    QCOMPARE(addedTargetFile("mine"), root / "a.json");
    QCOMPARE(allTargets().back()->id, std::string("mine"));

    mine["label"] = "Changed";
    addTarget(mine, "again");
    QCOMPARE(targetNamed("mine")->label, std::string("Changed"));
    mine["id"] = "generic";
    LATHE_EXPECT_ERROR(invalidArgument, addTarget(mine, "taken"));
    QVERIFY(addTargetFolder(systemFs(), root / "absent").empty());
    LATHE_EXPECT_ERROR(fileNotFound, addTargetFile(systemFs(), root / "absent.json"));
}

void TstCatalog::listsWhatIsKnown()
{
    QVERIFY(findTarget("nothing") == nullptr);
    try {
        targetNamed("nothing");
        QFAIL("there is no such target");
    } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::unknownName);
        QVERIFY(error.hint().find("cortex-m4, cortex-m7") != std::string::npos);
    }
}

QTEST_GUILESS_MAIN(TstCatalog)
#include "tst_catalog.moc"
