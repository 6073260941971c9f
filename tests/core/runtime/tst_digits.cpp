// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/digits.h"

#include <QtTest>
#include <cmath>
#include <random>

using namespace lathe;

class TstDigits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void digitsMakeUpTheCode_data();
    void digitsMakeUpTheCode();
    void smallSumsNeedOnePass();
    void partsStayExact_data();
    void partsStayExact();
};

void TstDigits::digitsMakeUpTheCode_data()
{
    QTest::addColumn<int>("base");
    QTest::addColumn<int>("count");
    for (const auto& [base, count] : {std::pair{16, 2}, {256, 2}, {8, 3}, {512, 2}, {32, 4}, {1, 1}})
        QTest::newRow(qPrintable(QString("%1 digits of base %2").arg(count).arg(base))) << base << count;
}

void TstDigits::digitsMakeUpTheCode()
{
    QFETCH(int, base);
    QFETCH(int, count);
    std::vector<float> codes;
    for (int code = -65535; code <= 65535; code += 7)
        codes.push_back(static_cast<float>(code));
    std::vector<double> sum(codes.size(), 0);
    std::vector<float> digit(codes.size());
    double weight = 1;
    for (int i = 0; i < count; ++i, weight *= base) {
        extractDigit(codes, digit.data(), base, count, i);
        for (std::size_t k = 0; k < codes.size(); ++k) {
            QCOMPARE(digit[k], std::nearbyintf(digit[k]));
            if (i + 1 < count)
                QVERIFY(digit[k] >= -static_cast<float>(base) / 2 && digit[k] < static_cast<float>(base) / 2);
            sum[k] += static_cast<double>(digit[k]) * weight;
        }
    }
    for (std::size_t k = 0; k < codes.size(); ++k)
        QCOMPARE(sum[k], static_cast<double>(codes[k]));
}

void TstDigits::smallSumsNeedOnePass()
{
    // 255 * 127 * 518 < 2^24 <= 255 * 127 * 519; with both signs each side counts alone.
    QCOMPARE(planDigits(std::vector<float>(518, 127), 1, 0, 255).passes(), 1);
    QCOMPARE(planDigits(std::vector<float>(519, 127), 1, 0, 255).passes(), 2);
    std::vector<float> balanced(1036, 127);
    std::fill(balanced.begin(), balanced.begin() + 518, -127.0f);
    QCOMPARE(planDigits(balanced, 1, 0, 255).passes(), 1);
    QCOMPARE(planDigits(balanced, 1, -128, 127).passes(), 1);
    QCOMPARE(planDigits(std::vector<float>(1036, 127), 1, -128, 127).passes(), 2);
    // Channels sum apart.
    QCOMPARE(planDigits(std::vector<float>(5180, 127), 10, 0, 255).passes(), 1);
}

void TstDigits::partsStayExact_data()
{
    QTest::addColumn<float>("weight");
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::addColumn<int>("depth");
    QTest::newRow("8 by 8 bits") << 127.0f << 0.0f << 255.0f << 4608;
    QTest::newRow("16-bit inputs") << 127.0f << 0.0f << 65535.0f << 576;
    QTest::newRow("16-bit signed inputs") << 128.0f << -32768.0f << 32767.0f << 4608;
    QTest::newRow("16 by 16 bits") << 32767.0f << -65535.0f << 65535.0f << 4608;
    QTest::newRow("asymmetric weights") << 255.0f << -255.0f << 0.0f << 100000;
}

void TstDigits::partsStayExact()
{
    QFETCH(float, weight);
    QFETCH(float, low);
    QFETCH(float, high);
    QFETCH(int, depth);
    std::mt19937 generator(5);
    const auto size = static_cast<std::size_t>(depth);
    std::vector<float> weights(size), inputs(size);
    for (std::size_t i = 0; i < size; ++i) {
        weights[i] = i % 5 == 0 ? -weight : weight - static_cast<float>(generator() % 3);
        inputs[i] = generator() % 2 ? high : low;
    }
    const DigitPlan plan = planDigits(weights, 1, low, high);
    QVERIFY(plan.passes() > 1);
    std::vector<float> wDigit(size), xDigit(size);
    double total = 0, exact = 0;
    for (int x = 0; x < plan.inputDigits; ++x)
        for (int w = 0; w < plan.weightDigits; ++w) {
            extractDigit(inputs, xDigit.data(), plan.inputBase, plan.inputDigits, x);
            extractDigit(weights, wDigit.data(), plan.weightBase, plan.weightDigits, w);
            double magnitude = 0, sum = 0;
            for (std::size_t i = 0; i < size; ++i) {
                const double product = static_cast<double>(xDigit[i]) * static_cast<double>(wDigit[i]);
                magnitude = std::max(magnitude, std::fabs(sum += product));
            }
            QVERIFY2(magnitude < 16777216, qPrintable(QString::number(magnitude)));
            total += sum * std::pow(plan.inputBase, x) * std::pow(plan.weightBase, w);
        }
    for (std::size_t i = 0; i < size; ++i)
        exact += static_cast<double>(inputs[i]) * static_cast<double>(weights[i]);
    QCOMPARE(total, exact);
}

QTEST_GUILESS_MAIN(TstDigits)
#include "tst_digits.moc"
