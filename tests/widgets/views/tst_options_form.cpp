// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "widgets/views/options_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSignalSpy>
#include <QTest>

using namespace lathe;

class TstOptionsForm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void defaultsGiveAnEmptyMap();
    void everyKindIsEdited();
    void valuesComeBack();
    void decimalsShowTheDefault_data();
    void decimalsShowTheDefault();
    void limitsHold();
    void otherOptionsReplaceTheRows();
    void helpAndNames();

private:
    std::vector<Option> m_options;
    std::unique_ptr<OptionsForm> m_form;
};

void TstOptionsForm::init()
{
    m_options = {{.id = "percentile", .label = "Percentile", .help = "Share inside.", .minimum = 90, .maximum = 100, .defaultValue = 99.99},
                 {.id = "bins", .label = "Bins", .kind = Option::Kind::integer, .minimum = 64, .maximum = 8192, .defaultValue = 2048},
                 {.id = "norm", .label = "Norm", .kind = Option::Kind::choice, .maximum = 1, .choices = {"L1", "L2"}},
                 {.id = "mirror", .label = "Mirror", .kind = Option::Kind::flag, .defaultValue = 1}};
    m_form = std::make_unique<OptionsForm>();
    m_form->setOptions(m_options);
}

void TstOptionsForm::defaultsGiveAnEmptyMap()
{
    QVERIFY(!m_form->isEmpty());
    QVERIFY(m_form->values().empty());
}

void TstOptionsForm::everyKindIsEdited()
{
    QSignalSpy changed(m_form.get(), &OptionsForm::changed);
    QVERIFY(test::showSized(*m_form, {320, 200}));
    auto* percentile = m_form->findChild<QDoubleSpinBox*>(QStringLiteral("percentile"));
    percentile->selectAll();
    QTest::keyClicks(percentile, QLocale().toString(95.5));
    QTest::keyClick(percentile, Qt::Key_Return);
    QCOMPARE(changed.size(), 1);
    QTest::keyClick(m_form->findChild<QSpinBox*>(QStringLiteral("bins")), Qt::Key_Up);
    QTest::keyClick(m_form->findChild<QComboBox*>(QStringLiteral("norm")), Qt::Key_Down);
    QTest::keyClick(m_form->findChild<QCheckBox*>(QStringLiteral("mirror")), Qt::Key_Space);
    QCOMPARE(changed.size(), 4);
    const OptionValues expected{{"percentile", 95.5}, {"bins", 2049}, {"norm", 1}, {"mirror", 0}};
    QCOMPARE(m_form->values(), expected);
    for (const Option& option : m_options)
        QCOMPARE(optionValue(m_options, m_form->values(), option.id), expected.at(option.id));
}

void TstOptionsForm::valuesComeBack()
{
    QSignalSpy changed(m_form.get(), &OptionsForm::changed);
    const OptionValues values{{"bins", 100}, {"norm", 1}};
    m_form->setValues(values);
    QCOMPARE(m_form->values(), values);
    m_form->setValues({{"unknown", 3}});
    QVERIFY(m_form->values().empty());
    QCOMPARE(changed.size(), 0);
}

void TstOptionsForm::decimalsShowTheDefault_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<double>("value");
    QTest::newRow("percentile") << 50.0 << 100.0 << 99.9999;
    QTest::newRow("unit") << 0.0 << 1.0 << 0.5;
    QTest::newRow("small") << 0.0 << 1e-3 << 1e-5;
    QTest::newRow("large") << 0.0 << 1e6 << 1.0;
}

void TstOptionsForm::decimalsShowTheDefault()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(double, value);
    m_form->setOptions({{.id = "x", .minimum = low, .maximum = high, .defaultValue = value}});
    QVERIFY(std::abs(m_form->findChild<QDoubleSpinBox*>(QStringLiteral("x"))->value() - value) < 1e-12);
    QVERIFY(m_form->values().empty());
}

void TstOptionsForm::limitsHold()
{
    m_form->setValues({{"bins", 1e9}, {"percentile", -5}});
    const OptionValues values = m_form->values();
    QCOMPARE(values.at("bins"), 8192.0);
    QCOMPARE(values.at("percentile"), 90.0);
}

void TstOptionsForm::otherOptionsReplaceTheRows()
{
    m_form->setOptions({{.id = "only", .defaultValue = 0.25}});
    QVERIFY(!m_form->findChild<QWidget*>(QStringLiteral("bins")));
    QVERIFY(m_form->findChild<QWidget*>(QStringLiteral("only")));
    m_form->setOptions({});
    QVERIFY(m_form->isEmpty());
    QVERIFY(m_form->values().empty());
}

void TstOptionsForm::helpAndNames()
{
    auto* percentile = m_form->findChild<QDoubleSpinBox*>(QStringLiteral("percentile"));
    QCOMPARE(percentile->toolTip(), QStringLiteral("Share inside."));
    QCOMPARE(percentile->accessibleName(), QStringLiteral("Percentile"));
}

QTEST_MAIN(TstOptionsForm)
#include "tst_options_form.moc"
