// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/assignment_run.h"

#include <QTest>

#include "tests/support/expect_error.h"

using namespace lathe;

class TstAssignmentRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void remembersTheBest();
    void theFrontCountsWhatWasAsked();
    void refusesDocumentsOfAnotherForm();
};

namespace {

AssignmentPoint point(int bits, std::int64_t bytes, double latencyMs, double sqnrDb)
{
    AssignmentPoint result;
    result.plan.weights.format.bits = bits;
    result.origin = "assigned";
    result.sizeBytes = bytes;
    result.costs = {latencyMs, 1, 4};
    result.sqnrDb = sqnrDb;
    return result;
}

AssignmentRun threePlans()
{
    AssignmentRun run;
    run.measured = {point(8, 300, 3, 40), point(4, 200, 5, 30), point(5, 250, 1, 25)};
    return run;
}

}

void TstAssignmentRun::remembersTheBest()
{
    AssignmentRun run = threePlans();
    QVERIFY(!run.bestPoint());
    run.setBest(run.measured[1].plan);
    QCOMPARE(run.bestPoint()->sizeBytes, std::int64_t{200});
    const AssignmentRun read = assignmentRunFromJson(assignmentRunToJson(run), "run");
    QCOMPARE(read.best, std::optional<std::size_t>(1));
    QVERIFY(read.measured[1].plan == run.measured[1].plan && read.limits == run.limits);
}

/// By size, the third plan is beaten by the second one; not where latency is limited.
void TstAssignmentRun::theFrontCountsWhatWasAsked()
{
    AssignmentRun run = threePlans();
    QCOMPARE(run.front().size(), std::size_t{2});
    QCOMPARE(run.front()[0].sizeBytes, std::int64_t{200});
    run.limits.maxLatencyMs = 4;
    QCOMPARE(run.front().size(), std::size_t{3});
}

void TstAssignmentRun::refusesDocumentsOfAnotherForm()
{
    const Json good = assignmentRunToJson(threePlans());
    Json json = good;
    json["best"] = 3;
    LATHE_EXPECT_ERROR(jsonField, assignmentRunFromJson(json, "run"));
    json = good;
    json["measured"][0]["costs"] = {1.0};
    LATHE_EXPECT_ERROR(jsonField, assignmentRunFromJson(json, "run"));
    json = good;
    json["limits"]["maxSizeBytes"] = "many";
    LATHE_EXPECT_ERROR(jsonField, assignmentRunFromJson(json, "run"));
}

QTEST_GUILESS_MAIN(TstAssignmentRun)
#include "tst_assignment_run.moc"
