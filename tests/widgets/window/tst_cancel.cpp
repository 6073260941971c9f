// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"

#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QListWidget>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

namespace lathe {

/// Every long action of the window is idle again within 200 ms of the click on "Cancel", wherever that comes.
class TestCancel : public QObject
{
    Q_OBJECT
private slots:
    void cleanup();
    void idleAfterTheClick_data();
    void idleAfterTheClick();
    void aStoppedSearchIsKept();

private:
    void open(const QString& model);
    void prepare(const QString& action);
    void begin(const QString& action);
    /// Milliseconds from the click until nothing runs and the page can begin anew; nothing where the action
    /// was over first.
    std::optional<qint64> cancelAfter(const QString& action, int delayMs);
    template <typename T>
    T* find(const char* page, const char* name) const
    {
        return m_window->findChild<QWidget*>(QString::fromLatin1(page) + QStringLiteral("Page"))
            ->findChild<T*>(QString::fromLatin1(name));
    }
    QPushButton* button(const QString& action) const;
    Session& session() const { return *m_fixture->session; }

    std::unique_ptr<test::SessionFixture> m_fixture;
    std::unique_ptr<MainWindow> m_window;
};

namespace {

/// The window's promise is 200 ms. Machines under test are shared: a place in the work is late where it is
/// late in each of these attempts.
constexpr qint64 promisedMs = 200;
constexpr int attempts = 4;

const QString sample = QStringLiteral("glyphs");
const QString mobileNet = QStringLiteral("assets/datasets/mobilenet_v2_1.0_224_dequantized.json");

}

void TestCancel::cleanup()
{
    m_window.reset();
    m_fixture.reset();
}

void TestCancel::open(const QString& model)
{
    m_fixture = std::make_unique<test::SessionFixture>();
    m_window = std::make_unique<MainWindow>(session());
    m_window->resize(1280, 800);
    m_window->show();
    if (model == sample) {
        m_fixture->writeDataset(400, 900);
        QVERIFY(m_fixture->openSample());
        return;
    }
    const Path data = test::sharedFile(model.toStdString());
    session().open({QString::fromStdString(
                        test::sharedFile("assets/models/mobilenet_v2_1.0_224_dequantized.onnx").string()),
                    QString::fromStdString(data.string())});
    QVERIFY(m_fixture->waitIdle());
}

QPushButton* TestCancel::button(const QString& action) const
{
    if (action == QLatin1String("calibrate"))
        return find<QPushButton>("data", "calibrate");
    if (action == QLatin1String("validate"))
        return find<QPushButton>("validation", "runValidation");
    if (action == QLatin1String("algorithms"))
        return find<QPushButton>("data", "runAlgorithms");
    return find<QPushButton>("assign", "runAssign");
}

void TestCancel::prepare(const QString& action)
{
    if (action == QLatin1String("calibrate"))
        return;
    session().calibrate(8);
    QVERIFY(m_fixture->waitIdle());
    QVERIFY(m_fixture->waitFigures());
    if (action == QLatin1String("assign") || action == QLatin1String("sensitivity"))
        find<QDoubleSpinBox>("assign", "maxBits")->setValue(4.5);
    if (action == QLatin1String("algorithms")) {
        auto* list = find<QListWidget>("data", "algorithms");
        for (int row = 0; row < list->count(); ++row)
            list->item(row)->setCheckState(Qt::Checked);
    }
}

void TestCancel::begin(const QString& action)
{
    if (action == QLatin1String("sensitivity"))
        session().measureGains(); // a menu's entry
    else
        button(action)->click();
}

std::optional<qint64> TestCancel::cancelAfter(const QString& action, int delayMs)
{
    begin(action);
    QTest::qWait(delayMs);
    auto* cancel = m_window->findChild<QToolButton*>(QStringLiteral("cancelJob"));
    if (!session().job().running())
        return std::nullopt;
    QElapsedTimer clock;
    clock.start();
    QTest::mouseClick(cancel, Qt::LeftButton);
    while (session().job().running() || !button(action)->isEnabled())
        QTest::qWait(1);
    return clock.elapsed();
}

void TestCancel::idleAfterTheClick_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("action");
    for (const QString& model : {sample, mobileNet})
        for (const char* action : {"calibrate", "validate", "algorithms", "sensitivity", "assign"})
            QTest::addRow("%s, %s", action, model == sample ? "sample" : "MobileNetV2")
                << model << QString::fromLatin1(action);
}

void TestCancel::idleAfterTheClick()
{
    QFETCH(const QString, model);
    QFETCH(const QString, action);
    if (model != sample)
        LATHE_REQUIRE_SHARED(model.toStdString());
    open(model);
    prepare(action);
    QVERIFY(button(action)->isEnabled());
    qint64 longest = 0;
    for (const int delay : {0, 20, 90, 250, 700, 1600}) {
        std::optional<qint64> least;
        for (int attempt = 0; attempt < attempts && (!least || *least > promisedMs); ++attempt) {
            const auto taken = cancelAfter(action, delay);
            if (!taken)
                break;
            least = std::min(*taken, least.value_or(*taken));
        }
        longest = std::max(longest, least.value_or(0));
        if (least && *least > promisedMs)
            qInfo("%lld ms after a click at %d ms", static_cast<long long>(*least), delay);
    }
    qInfo("idle at most %lld ms after the click", static_cast<long long>(longest));
    QVERIFY2(longest <= promisedMs, QByteArray::number(longest).constData());
}

/// On the page, in the project, and for the search that goes on.
void TestCancel::aStoppedSearchIsKept()
{
    open(sample);
    prepare(QStringLiteral("assign"));
    auto* plans = find<QTableView>("assign", "frontPlans");
    begin(QStringLiteral("assign"));
    QTRY_VERIFY_WITH_TIMEOUT(plans->model()->rowCount() >= 7 || !session().job().running(), 60000);
    QTest::mouseClick(m_window->findChild<QToolButton*>(QStringLiteral("cancelJob")), Qt::LeftButton);
    QVERIFY(m_fixture->waitIdle());
    QVERIFY(session().assignment() && !session().assignment()->complete && session().assignment()->best);
    const Json stopped = assignmentRunToJson(*session().assignment());
    const QString path = m_fixture->folder.filePath(QStringLiteral("stopped.lathe"));
    session().saveAs(path);
    QTRY_VERIFY(!session().store().busy());

    Session second(session().options());
    MainWindow window(second);
    window.show();
    second.open({path});
    QTRY_VERIFY(!second.job().running() && second.assignment());
    QVERIFY(assignmentRunToJson(*second.assignment()) == stopped);
    auto* page = window.findChild<QWidget*>(QStringLiteral("assignPage"));
    auto* table = page->findChild<QTableView*>(QStringLiteral("frontPlans"));
    QCOMPARE(table->model()->rowCount(), static_cast<int>(stopped["measured"].size()));
    QCOMPARE(page->findChild<QDoubleSpinBox*>(QStringLiteral("maxBits"))->value(), 4.5);
    table->setCurrentIndex(table->model()->index(0, 0));
    QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("openPoint")), Qt::LeftButton);
    QVERIFY(second.undoStack().canUndo());
    second.undoStack().undo();
    // The same search goes on: what it had measured comes first, in the same order.
    page->findChild<QPushButton*>(QStringLiteral("runAssign"))->click();
    QTRY_VERIFY_WITH_TIMEOUT(!second.job().running() && second.assignment()->complete, 60000);
    const Json whole = assignmentRunToJson(*second.assignment());
    QVERIFY(whole["measured"].size() > stopped["measured"].size());
    for (std::size_t i = 0; i < stopped["measured"].size(); ++i)
        QVERIFY(whole["measured"][i] == stopped["measured"][i]);
}

}

QTEST_MAIN(lathe::TestCancel)
#include "tst_cancel.moc"
