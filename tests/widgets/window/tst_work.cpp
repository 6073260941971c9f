// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"

namespace lathe {

class TestWork : public QObject
{
    Q_OBJECT
private slots:
    void path();
};

void TestWork::path()
{
    test::SessionFixture fixture;
    QStringList errors;
    connect(fixture.session.get(), &Session::failed, this, [&](const UserError& e) { errors << e.what + QStringLiteral(": ") + e.why; });
    MainWindow window(*fixture.session);
    window.show();
    QVERIFY2(fixture.openSample(), qPrintable(errors.join(QLatin1Char('\n'))));
    QVERIFY2(fixture.calibrate(), qPrintable(errors.join(QLatin1Char('\n'))));
    QVERIFY2(fixture.waitFigures(), qPrintable(errors.join(QLatin1Char('\n'))));
    QVERIFY2(fixture.validate(), qPrintable(errors.join(QLatin1Char('\n'))));
    QVERIFY2(errors.isEmpty(), qPrintable(errors.join(QLatin1Char('\n'))));
}

}

QTEST_MAIN(lathe::TestWork)
#include "tst_work.moc"
