// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/process_memory.h"

#include <QTest>
#include <vector>

using namespace lathe;

class TstProcessMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void growsWithWhatIsWritten()
    {
        constexpr std::int64_t bytes = 64 << 20;
        const std::int64_t before = residentBytes();
        if (before == 0)
            QSKIP("this system does not tell");
        const std::vector<char> written(bytes, 1);
        QVERIFY(residentBytes() >= before + bytes / 2);
        QCOMPARE(written.back(), char(1));
    }
};

QTEST_GUILESS_MAIN(TstProcessMemory)
#include "tst_process_memory.moc"
