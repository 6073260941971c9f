// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace lathe {

class Database;

/// One prepared statement; parameters are bound in order, rows are read by column number.
class Statement
{
public:
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::string_view text);
    Statement& bind(const char* text) { return bind(std::string_view(text)); }
    Statement& bind(std::int64_t value);
    Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(double value);
    Statement& bind(std::span<const std::byte> blob);

    /// Moves to the next row; false at the end.
    bool step();
    /// Runs to the end and makes the statement ready to be bound again.
    void run();

    std::string text(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    Bytes blob(int column) const;

private:
    Database& m_database;
    sqlite3_stmt* m_statement = nullptr;
    int m_nextParameter = 1;
};

/// A SQLite file, opened defensively: no extensions, untrusted schema, limited lengths.
class Database
{
public:
    enum class Mode { create, readWrite, readOnly };

    /// Throws Error{projectInvalid, fileNotReadable, fileNotWritable}.
    Database(const Path& path, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const char* sql);
    std::int64_t pragma(const char* name);
    sqlite3* handle() const { return m_handle; }
    /// Throws the Error that the last SQLite call means.
    [[noreturn]] void fail(int code) const;

private:
    /// What the system said, else what SQLite says.
    std::string reason() const;

    sqlite3* m_handle = nullptr;
    std::string m_where;
};

/// A transaction that is rolled back unless commit() was called.
class Transaction
{
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& m_database;
    bool m_open = true;
};

}
