// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <thread>

#include "core/base/error.h"
#include "core/base/ordered.h"

using namespace lathe;

class TestOrdered : public QObject
{
    Q_OBJECT

private slots:
    void mergesInOrderForAnyNumberOfWorkers()
    {
        for (const int workers : {1, 3, 8}) {
            std::vector<std::int64_t> seen;
            parallelOrdered(
                200, workers, Control(),
                [](std::int64_t index, int) {
                    if (index % 7 == 0)
                        std::this_thread::sleep_for(std::chrono::microseconds(300));
                    return index * index;
                },
                [&](std::int64_t index, std::int64_t square) {
                    QCOMPARE(square, index * index);
                    seen.push_back(index);
                });
            QCOMPARE(seen.size(), std::size_t{200});
            QVERIFY(std::is_sorted(seen.begin(), seen.end()));
        }
    }

    void aFailureEndsAllWorkers()
    {
        const auto work = [] {
            parallelOrdered(
                1000, 4, Control(),
                [](std::int64_t index, int) {
                    if (index == 40)
                        throw Error(ErrorCode::internal, "sample 40", {{"what", "broken"}});
                    return 1;
                },
                [](std::int64_t, int) {});
        };
        QVERIFY_EXCEPTION_THROWN(work(), Error);
    }

    void aStopEndsInTime()
    {
        std::stop_source source;
        std::jthread later([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
            source.request_stop();
        });
        const auto work = [&] {
            parallelOrdered(
                1 << 20, 2, Control(source.get_token()),
                [](std::int64_t, int) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    return 0;
                },
                [](std::int64_t, int) {});
        };
        QVERIFY_EXCEPTION_THROWN(work(), Error);
    }
};

QTEST_GUILESS_MAIN(TestOrdered)
#include "tst_ordered.moc"
