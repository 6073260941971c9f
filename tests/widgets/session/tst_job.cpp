// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "widgets/session/job.h"

#include <QSignalSpy>
#include <QTest>
#include <atomic>
#include <chrono>
#include <thread>

namespace lathe {
namespace {

using namespace std::chrono_literals;

/// Works until it is stopped, looking as often as the engine promises to.
int untilStopped(const Control& control)
{
    for (int i = 0; i < 10000; ++i) {
        control.throwIfStopped();
        control.progress(i, 10000, "samples");
        std::this_thread::sleep_for(5ms);
    }
    return 0;
}

JobInfo info(const QString& title)
{
    return {title, title + QStringLiteral(" failed"), QStringLiteral("command"), QStringLiteral("page")};
}

}

class TestJob : public QObject
{
    Q_OBJECT
private slots:
    void resultComesInThisThread();
    void errorsAreTold();
    void foreignExceptionsAreTold();
    void progressHasCountAndEta();
    void cancelDropsTheAnswer();
    void startReplacesTheRunningOne();
    void lastOfSeveralWins();
    void partialResultsStopWithTheJob();
    void deletionWhileRunningIsSafe();
};

void TestJob::resultComesInThisThread()
{
    Job job;
    QSignalSpy finished(&job, &Job::finished);
    std::thread::id worker;
    std::thread::id receiver;
    std::vector<int> got;
    job.start(info(QStringLiteral("Work")),
              [&worker](const JobContext&) {
                  worker = std::this_thread::get_id();
                  return std::vector<int>{1, 2, 3};
              },
              [&](std::vector<int> result) {
                  receiver = std::this_thread::get_id();
                  got = std::move(result);
              });
    QVERIFY(job.running());
    QVERIFY(finished.wait());
    QVERIFY(!job.running());
    QCOMPARE(got, (std::vector<int>{1, 2, 3}));
    QVERIFY(receiver == std::this_thread::get_id());
    QVERIFY(worker != receiver);
}

void TestJob::errorsAreTold()
{
    Job job;
    UserError told;
    connect(&job, &Job::failed, this, [&](const UserError& error) { told = error; });
    QSignalSpy finished(&job, &Job::finished);
    job.start(info(QStringLiteral("Opening")),
              [](const JobContext&) -> int { throw Error(ErrorCode::modelTruncated, "a.onnx", {{"reason", "weights are cut"}}); },
              [](int) { QFAIL("no result was to come"); });
    QVERIFY(finished.wait());
    QCOMPARE(told.what, QStringLiteral("Opening failed"));
    QVERIFY2(told.why.contains(QStringLiteral("a.onnx")) && told.why.contains(QStringLiteral("weights are cut")), qPrintable(told.why));
    QVERIFY(!told.hint.isEmpty());
    QCOMPARE(told.page, QStringLiteral("page"));
    QCOMPARE(told.help, Help::openFile);
}

void TestJob::foreignExceptionsAreTold()
{
    Job job;
    QString why;
    connect(&job, &Job::failed, this, [&](const UserError& error) { why = error.why; });
    QSignalSpy finished(&job, &Job::finished);
    job.start(info(QStringLiteral("X")), [](const JobContext&) { throw std::runtime_error("broken pipe"); }, [] {});
    QVERIFY(finished.wait());
    QVERIFY2(why.contains(QStringLiteral("broken pipe")), qPrintable(why));
}

void TestJob::progressHasCountAndEta()
{
    Job job;
    std::atomic<bool> go = true;
    job.start(info(QStringLiteral("Count")),
              [&go](const JobContext& context) {
                  for (int i = 1; go; ++i) {
                      context.control().progress(std::min(i, 500), 1000, "samples");
                      std::this_thread::sleep_for(4ms);
                  }
              },
              [] {});
    QTRY_VERIFY(job.progress().done > 0);
    QCOMPARE(job.progress().total, 1000);
    QCOMPARE(job.progress().what, QStringLiteral("samples"));
    QVERIFY(!job.progress().secondsLeft);
    QTRY_VERIFY_WITH_TIMEOUT(job.progress().done == 500, 10000);
    QTRY_VERIFY_WITH_TIMEOUT(job.progress().secondsLeft.has_value(), 4000);
    // Half is done: about as long again as it took so far.
    const JobProgress progress = job.progress();
    QVERIFY(*progress.secondsLeft > progress.elapsedSeconds * 0.8 && *progress.secondsLeft < progress.elapsedSeconds * 1.2);
    go = false;
    QTRY_VERIFY(!job.running());
}

void TestJob::cancelDropsTheAnswer()
{
    Job job;
    QSignalSpy cancelled(&job, &Job::cancelled);
    QSignalSpy failed(&job, &Job::failed);
    bool delivered = false;
    job.start(info(QStringLiteral("Long")), [](const JobContext& context) { return untilStopped(context.control()); },
              [&](int) { delivered = true; });
    QTest::qWait(30);
    job.cancel();
    QVERIFY(job.stopping());
    QTRY_VERIFY(!job.running());
    QCOMPARE(cancelled.size(), 1);
    QCOMPARE(failed.size(), 0);
    QVERIFY(!delivered);
    QVERIFY2(job.lastCancelMs() >= 0 && job.lastCancelMs() < 2000, qPrintable(QString::number(job.lastCancelMs())));

    // A function that does not look at the stop and gives an answer all the same.
    job.start(info(QStringLiteral("Deaf")), [](const JobContext&) { std::this_thread::sleep_for(50ms); return 1; },
              [&](int) { delivered = true; });
    job.cancel();
    QTRY_VERIFY(!job.running());
    QVERIFY(!delivered);
}

void TestJob::startReplacesTheRunningOne()
{
    Job job;
    QString got;
    job.start(info(QStringLiteral("First")), [](const JobContext& context) { return untilStopped(context.control()); },
              [&](int) { got = QStringLiteral("first"); });
    const quint64 first = job.number();
    job.start(info(QStringLiteral("Second")), [](const JobContext&) { return 2; },
              [&](int) { got = QStringLiteral("second"); });
    QVERIFY(job.number() > first);
    QTRY_VERIFY(!job.running());
    QCOMPARE(got, QStringLiteral("second"));
    QCOMPARE(job.info().title, QStringLiteral("Second"));
}

void TestJob::lastOfSeveralWins()
{
    Job job;
    std::vector<int> got;
    std::atomic<int> ran = 0;
    job.start(info(QStringLiteral("Long")), [](const JobContext& context) { return untilStopped(context.control()); },
              [&](int) { got.push_back(0); });
    for (int i = 1; i <= 5; ++i)
        job.start(info(QStringLiteral("Next")), [i, &ran](const JobContext&) { ++ran; return i; },
                  [&](int result) { got.push_back(result); });
    QTRY_VERIFY(!job.running());
    QCOMPARE(got, std::vector<int>{5});
    QCOMPARE(ran.load(), 1);
}

void TestJob::partialResultsStopWithTheJob()
{
    Job job;
    int partial = 0;
    job.start(info(QStringLiteral("Parts")),
              [&partial](const JobContext& context) {
                  while (true) {
                      context.control().throwIfStopped();
                      context.post([&partial] { ++partial; });
                      std::this_thread::sleep_for(2ms);
                  }
              },
              [] {});
    QTRY_VERIFY(partial > 3);
    job.cancel();
    const int atCancel = partial;
    QTRY_VERIFY(!job.running());
    QTest::qWait(20);
    QCOMPARE(partial, atCancel);
}

void TestJob::deletionWhileRunningIsSafe()
{
    for (int i = 0; i < 20; ++i) {
        auto job = std::make_unique<Job>();
        job->start(info(QStringLiteral("Gone")),
                   [](const JobContext& context) {
                       context.post([] {});
                       return untilStopped(context.control());
                   },
                   [](int) { QFAIL("the job was deleted"); });
        QTest::qWait(i % 3);
        job.reset();
    }
    QCoreApplication::processEvents();
}

}

QTEST_GUILESS_MAIN(lathe::TestJob)
#include "tst_job.moc"
