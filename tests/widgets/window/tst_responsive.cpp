// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"
#include "widgets/support/number_text.h"

#include <QElapsedTimer>
#include <QTableView>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace lathe {

/// The window stays quick while it works: measures the longest time in which its thread did not come back to its events.
class TestResponsive : public QObject
{
    Q_OBJECT
private slots:
    void calibrating();
    void validating();
    void editing();
    void cancelling_data();
    void cancelling();
};

namespace {

using Clock = std::chrono::steady_clock;

/// A thread that asks the GUI thread to answer every 2 ms and keeps the longest wait.
class Watchdog
{
public:
    Watchdog()
        : m_thread([this] { watch(); })
    {
    }
    ~Watchdog() { stop(); }

    double stop()
    {
        m_ending = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_longestMs;
    }

private:
    void watch()
    {
        while (!m_ending) {
            auto answered = std::make_shared<std::atomic<bool>>(false);
            const Clock::time_point asked = Clock::now();
            QMetaObject::invokeMethod(qApp, [answered] { *answered = true; }, Qt::QueuedConnection);
            while (!*answered && !m_ending)
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            const std::chrono::duration<double, std::milli> waited = Clock::now() - asked;
            if (*answered)
                m_longestMs = std::max(m_longestMs, waited.count());
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }

    std::atomic<bool> m_ending = false;
    double m_longestMs = 0;
    std::thread m_thread;
};

/// Bounds that a loaded machine keeps too, and that work on the GUI thread would break. The targets are 50 ms, 1 s and
/// 200 ms; the figures measured are in the output.
constexpr double stallBoundMs = 250;
constexpr double firstFiguresBoundMs = 5000;
constexpr int cancelBoundMs = 2000;

/// Machines under test are shared: a stall counts only where it comes again.
template <typename Work>
double shortestLongestStall(int attempts, Work work)
{
    double best = 1e9;
    for (int i = 0; i < attempts && best >= 50; ++i)
        best = std::min(best, work());
    return best;
}

}

void TestResponsive::calibrating()
{
    test::SessionFixture fixture;
    fixture.writeDataset(256, 64);
    MainWindow window(*fixture.session);
    window.resize(1280, 800);
    window.show();
    QVERIFY(fixture.openSample());
    window.showPage(QStringLiteral("data"));
    QTest::qWait(300);
    const double stall = shortestLongestStall(4, [&] {
        Watchdog watchdog;
        fixture.calibrate();
        QTest::qWait(400);
        return watchdog.stop();
    });
    qInfo("longest stall while calibrating: %.1f ms", stall);
    QVERIFY(fixture.session->statistics());
    QVERIFY2(stall < stallBoundMs, qPrintable(QString::number(stall)));
}

void TestResponsive::validating()
{
    test::SessionFixture fixture;
    fixture.writeDataset(32, 300);
    MainWindow window(*fixture.session);
    window.resize(1280, 800);
    window.show();
    QVERIFY(fixture.openSample());
    QVERIFY(fixture.calibrate());
    QVERIFY(fixture.waitFigures());
    window.showPage(QStringLiteral("validation"));
    QTest::qWait(300);
    const double stall = shortestLongestStall(4, [&] {
        Watchdog watchdog;
        fixture.validate();
        QTest::qWait(300);
        return watchdog.stop();
    });
    qInfo("longest stall while validating: %.1f ms", stall);
    QVERIFY(fixture.session->currentRun());
    QVERIFY2(stall < stallBoundMs, qPrintable(QString::number(stall)));
}

void TestResponsive::editing()
{
    test::SessionFixture fixture;
    Session& session = *fixture.session;
    MainWindow window(session);
    window.resize(1280, 800);
    window.show();
    QVERIFY(fixture.openSample());
    QVERIFY(fixture.calibrate());
    QVERIFY(fixture.waitFigures());
    window.showPage(QStringLiteral("precision"));
    auto* table = window.findChild<QWidget*>(QStringLiteral("precisionPage"))->findChild<QTableView*>(QStringLiteral("layers"));
    QVERIFY(table);
    table->setFocus();
    session.selection().selectOne(QString::fromStdString(session.model()->layers[5].id));
    QTest::qWait(300);
    int bits = 8;
    double firstMs = 0;
    double staleMs = 0;
    const double stall = shortestLongestStall(4, [&] {
        Watchdog watchdog;
        bits = bits == 8 ? 4 : bits - 1;
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(table, static_cast<Qt::Key>(Qt::Key_0 + bits));
        staleMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        const bool grey = session.figuresStale();
        fixture.waitFigures();
        firstMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        QTest::qWait(300);
        return grey ? watchdog.stop() : 1e9;
    });
    qInfo("bit change: grey after %.1f ms, figures after %.0f ms, longest stall %.1f ms", staleMs, firstMs, stall);
    QVERIFY2(stall < stallBoundMs, qPrintable(QString::number(stall)));
    QVERIFY2(firstMs < firstFiguresBoundMs, qPrintable(QString::number(firstMs)));
}

void TestResponsive::cancelling_data()
{
    QTest::addColumn<QString>("job");
    QTest::newRow("calibrate") << QStringLiteral("calibrate");
    QTest::newRow("validate") << QStringLiteral("validate");
    QTest::newRow("open") << QStringLiteral("open");
}

void TestResponsive::cancelling()
{
    QFETCH(const QString, job);
    test::SessionFixture fixture;
    fixture.writeDataset(400, 900);
    Session& session = *fixture.session;
    QVERIFY(fixture.openSample());
    if (job == QLatin1String("validate"))
        QVERIFY(fixture.calibrate());
    auto before = session.statistics();
    qint64 longest = 0;
    int cancelled = 0;
    for (const int delay : {0, 5, 20, 60}) {
        if (job == QLatin1String("calibrate"))
            session.calibrate();
        else if (job == QLatin1String("validate"))
            session.validate();
        else
            session.open({fixture.modelFile(), fixture.datasetFile()});
        QTest::qWait(delay);
        if (!session.job().running()) { // it was done before
            before = session.statistics();
            continue;
        }
        QElapsedTimer clock;
        clock.start();
        session.job().cancel();
        QVERIFY(fixture.waitIdle());
        longest = std::max(longest, clock.elapsed());
        QVERIFY(session.statistics() == before);
        ++cancelled;
    }
    QVERIFY(cancelled > 0);
    qInfo("%s: idle at most %lld ms after cancel", qPrintable(job), static_cast<long long>(longest));
    QVERIFY2(longest < cancelBoundMs, qPrintable(QString::number(longest)));
    QVERIFY(session.model());
}

}

QTEST_MAIN(lathe::TestResponsive)
#include "tst_responsive.moc"
