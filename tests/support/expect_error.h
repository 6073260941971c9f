// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTest>
#include <optional>

#include "core/base/error.h"

namespace lathe::test {

/// The Error that `work` throws, or nothing.
template <typename Work>
std::optional<Error> errorOf(Work&& work)
{
    try {
        static_cast<void>(std::forward<Work>(work)());
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

}

/// Fails the running test function unless the expression throws Error{ErrorCode::errorCode}.
#define LATHE_EXPECT_ERROR(errorCode, ...)                                                                   \
    do {                                                                                                     \
        const auto caught = lathe::test::errorOf([&] { return (__VA_ARGS__, 0); });                          \
        QVERIFY2(caught.has_value(), "no error from " #__VA_ARGS__);                                         \
        QVERIFY2(caught->code() == lathe::ErrorCode::errorCode, caught->what());                             \
    } while (false)

/// The same, and the message must hold `word`.
#define LATHE_EXPECT_ERROR_NAMING(errorCode, word, ...)                                                      \
    do {                                                                                                     \
        const auto caught = lathe::test::errorOf([&] { return (__VA_ARGS__, 0); });                          \
        QVERIFY2(caught.has_value(), "no error from " #__VA_ARGS__);                                         \
        QVERIFY2(caught->code() == lathe::ErrorCode::errorCode, caught->what());                             \
        QVERIFY2(std::string(caught->what()).find(word) != std::string::npos, caught->what());               \
    } while (false)
