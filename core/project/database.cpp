// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/database.h"

#include "core/base/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace lathe {
namespace {

constexpr int largestCell = 1 << 30;

int flagsOf(Database::Mode mode)
{
    switch (mode) {
    case Database::Mode::create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Mode::readWrite: return SQLITE_OPEN_READWRITE;
    case Database::Mode::readOnly: return SQLITE_OPEN_READONLY;
    }
    return SQLITE_OPEN_READONLY;
}

}

Database::Database(const Path& path, Mode mode)
    : m_where(path.string())
{
    const int code = sqlite3_open_v2(path.c_str(), &m_handle, flagsOf(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) {
        const std::string text = m_handle ? reason() : "out of memory";
        sqlite3_close(m_handle);
        throw Error(mode == Mode::create ? ErrorCode::fileNotWritable : ErrorCode::fileNotReadable, m_where,
                    {{"reason", text}});
    }
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_limit(m_handle, SQLITE_LIMIT_LENGTH, largestCell);
    sqlite3_limit(m_handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(m_handle, 2000);
}

Database::~Database()
{
    sqlite3_close(m_handle);
}

std::string Database::reason() const
{
    const int system = sqlite3_system_errno(m_handle);
    return system != 0 ? std::generic_category().message(system) : sqlite3_errmsg(m_handle);
}

void Database::fail(int code) const
{
    if (const int system = sqlite3_system_errno(m_handle); system == ENOSPC || system == EDQUOT)
        throw Error(ErrorCode::diskFull, m_where);
    switch (sqlite3_extended_errcode(m_handle)) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_TRUNCATE: throw Error(ErrorCode::fileNotWritable, m_where, {{"reason", reason()}});
    default: break;
    }
    switch (code & 0xff) {
    case SQLITE_FULL: throw Error(ErrorCode::diskFull, m_where);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN: throw Error(ErrorCode::fileNotWritable, m_where, {{"reason", reason()}});
    case SQLITE_NOMEM: throw Error(ErrorCode::outOfMemory, m_where, {{"what", "the project"}});
    default: throw Error(ErrorCode::projectInvalid, m_where, {{"reason", sqlite3_errmsg(m_handle)}});
    }
}

void Database::execute(const char* sql)
{
    const int code = sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(code);
}

std::int64_t Database::pragma(const char* name)
{
    Statement statement(*this, std::string("PRAGMA ") + name);
    return statement.step() ? statement.integer(0) : 0;
}

Statement::Statement(Database& database, std::string_view sql)
    : m_database(database)
{
    const int code =
        sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &m_statement, nullptr);
    if (code != SQLITE_OK)
        database.fail(code);
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

Statement& Statement::bind(std::string_view text)
{
    sqlite3_bind_text(m_statement, m_nextParameter++, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind(std::int64_t value)
{
    sqlite3_bind_int64(m_statement, m_nextParameter++, value);
    return *this;
}

Statement& Statement::bind(double value)
{
    sqlite3_bind_double(m_statement, m_nextParameter++, value);
    return *this;
}

Statement& Statement::bind(std::span<const std::byte> blob)
{
    sqlite3_bind_blob64(m_statement, m_nextParameter++, blob.data(), blob.size(), SQLITE_TRANSIENT);
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        m_database.fail(code);
    return false;
}

void Statement::run()
{
    while (step()) {
    }
    sqlite3_reset(m_statement);
    m_nextParameter = 1;
}

std::string Statement::text(int column) const
{
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))) : std::string();
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

Bytes Statement::blob(int column) const
{
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(m_statement, column));
    return data ? Bytes(data, data + sqlite3_column_bytes(m_statement, column)) : Bytes();
}

Transaction::Transaction(Database& database)
    : m_database(database)
{
    database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction()
{
    if (m_open)
        sqlite3_exec(m_database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit()
{
    m_database.execute("COMMIT");
    m_open = false;
}

}
