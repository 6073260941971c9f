// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/function_ref.h"

#include <QtTest>

using namespace lathe;

namespace {

int apply(FunctionRef<int(int)> function, int x)
{
    return function(x);
}

}

class TstFunctionRef : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsWhatItBorrows();
    void passesReferencesOn();
};

void TstFunctionRef::callsWhatItBorrows()
{
    int calls = 0;
    auto counting = [&calls, big = std::array<int, 64>{3}](int x) mutable {
        ++calls;
        return big[0]++ * x;
    };
    QCOMPARE(apply(counting, 5), 15);
    // It is the same object, not a copy.
    QCOMPARE(apply(counting, 5), 20);
    QCOMPARE(calls, 2);
    QCOMPARE(apply([](int x) { return x + 1; }, 4), 5);
}

void TstFunctionRef::passesReferencesOn()
{
    const auto set = [](int& target) { target = 7; };
    const FunctionRef<void(int&)> borrowed = set;
    int value = 0;
    borrowed(value);
    QCOMPARE(value, 7);
}

QTEST_GUILESS_MAIN(TstFunctionRef)
#include "tst_function_ref.moc"
