// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <omp.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/support/expect_error.h"

using namespace lathe;

class TestParallel : public QObject
{
    Q_OBJECT
private slots:
    void visitsEveryIndexOnce_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("workers");
        for (const int count : {0, 1, 2, 7, 1000})
            for (const int workers : {-1, 0, 1, 2, 8, 5000}) {
                if (workers == 5000 && count > 10)
                    continue;
                QTest::addRow("%d of %d", count, workers) << count << workers;
            }
    }
    void visitsEveryIndexOnce()
    {
        QFETCH(int, count);
        QFETCH(int, workers);
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
        std::atomic<bool> workerOutside = false;
        parallelFor(count, workers, {}, [&](std::int64_t index, int worker) {
            ++visits[static_cast<std::size_t>(index)];
            if (worker < 0 || worker >= std::max(workers, 1))
                workerOutside = true;
        });
        for (const auto& visit : visits)
            QCOMPARE(visit.load(), 1);
        QVERIFY(!workerOutside);
    }

    void oneWorkerKeepsTheOrder()
    {
        std::vector<std::int64_t> order;
        parallelFor(5, 1, {}, [&](std::int64_t index, int) { order.push_back(index); });
        QCOMPARE(order, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
    }

    void workersHaveOneOpenMpThread()
    {
        omp_set_num_threads(3);
        std::atomic<int> most = 0;
        parallelFor(8, 2, {},
                    [&](std::int64_t, int) { most = std::max(most.load(), omp_get_max_threads()); });
        QCOMPARE(most.load(), 1);
        QCOMPARE(omp_get_max_threads(), 3);
    }

    void theLowestFailureIsRethrown()
    {
        for (int run = 0; run < 50; ++run) {
            const auto error = test::errorOf([] {
                parallelFor(100, 4, {}, [](std::int64_t index, int) {
                    if (index == 3)
                        std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    if (index >= 3)
                        throw Error(ErrorCode::internal, std::to_string(index));
                });
                return 0;
            });
            QVERIFY(error);
            QCOMPARE(error->where(), std::string("3"));
        }
    }

    void aFailureEndsTheWork()
    {
        std::atomic<int> visits = 0;
        const auto error = test::errorOf([&] {
            parallelFor(1'000'000'000, 2, {}, [&](std::int64_t, int) {
                ++visits;
                throw Error(ErrorCode::internal, "");
            });
            return 0;
        });
        QVERIFY(error);
        QVERIFY(visits <= 2);
    }

    void aStopEndsTheWork()
    {
        std::stop_source source;
        std::atomic<int> visits = 0;
        const Control control(source.get_token());
        LATHE_EXPECT_ERROR(stopped, parallelFor(1'000'000'000, 2, control, [&](std::int64_t, int) {
                               if (++visits == 10)
                                   source.request_stop();
                           }));
        QVERIFY(visits <= 12);
    }

    void progressReachesTheCallback()
    {
        std::mutex mutex;
        std::int64_t most = 0;
        const Control control({}, [&](const Progress& progress) {
            const std::lock_guard lock(mutex);
            most = std::max(most, progress.done);
        });
        parallelFor(10, 2, control, [&](std::int64_t index, int) { control.progress(index, 10, "items"); });
        QCOMPARE(most, std::int64_t{9});
        Control().progress(1, 2, "nobody listens");
        QVERIFY(hardwareThreads() >= 1);
    }
};

QTEST_APPLESS_MAIN(TestParallel)
#include "tst_parallel.moc"
