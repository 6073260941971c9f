// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/plan_command.h"

#include <QTest>
#include <QUndoStack>

namespace lathe {
namespace {

QuantPlan planWith(int bits)
{
    QuantPlan plan;
    plan.layers["a"].weights = QuantSpec::parse("int" + std::to_string(bits));
    return plan;
}

}

class TestPlanCommand : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void undoAndRedo();
    void burstIsOneStep();
    void otherKindsDoNotMerge();
    void burstsThatEndWhereTheyBeganVanish();

private:
    void change(const QuantPlan& next, const QString& burst)
    {
        m_stack.push(new PlanCommand(QStringLiteral("change"), m_plan, next, burst, [this](const QuantPlan& plan) { m_plan = plan; }));
    }

    QuantPlan m_plan;
    QUndoStack m_stack;
};

void TestPlanCommand::init()
{
    m_stack.clear();
    m_plan = QuantPlan();
}

void TestPlanCommand::undoAndRedo()
{
    change(planWith(4), {});
    change(planWith(3), {});
    QCOMPARE(m_stack.count(), 2);
    m_stack.undo();
    QVERIFY(m_plan == planWith(4));
    m_stack.undo();
    QVERIFY(m_plan == QuantPlan());
    m_stack.redo();
    QVERIFY(m_plan == planWith(4));
}

void TestPlanCommand::burstIsOneStep()
{
    for (const int bits : {7, 6, 5})
        change(planWith(bits), QStringLiteral("bits:a"));
    QCOMPARE(m_stack.count(), 1);
    QVERIFY(m_plan == planWith(5));
    QTest::qWait(static_cast<int>(PlanCommand::burstGap.count()) + 50);
    change(planWith(4), QStringLiteral("bits:a"));
    QCOMPARE(m_stack.count(), 2);
    m_stack.undo();
    QVERIFY(m_plan == planWith(5));
    m_stack.undo();
    QVERIFY(m_plan == QuantPlan());
}

void TestPlanCommand::otherKindsDoNotMerge()
{
    change(planWith(7), QStringLiteral("bits:a"));
    change(planWith(6), QStringLiteral("bits:b"));
    change(planWith(5), {});
    QCOMPARE(m_stack.count(), 3);
}

void TestPlanCommand::burstsThatEndWhereTheyBeganVanish()
{
    change(planWith(7), QStringLiteral("bits:a"));
    change(QuantPlan(), QStringLiteral("bits:a"));
    QCOMPARE(m_stack.count(), 0);
}

}

QTEST_GUILESS_MAIN(lathe::TestPlanCommand)
#include "tst_plan_command.moc"
