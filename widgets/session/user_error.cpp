// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/user_error.h"

#include "core/base/error.h"

#include <QCoreApplication>
#include <new>

namespace lathe {
namespace {

QString translated(const char* source, const ErrorValues& values)
{
    const QString text = QCoreApplication::translate("errors", source);
    return QString::fromStdString(fillTemplate(text.toStdString(), values));
}

Help helpFor(ErrorCode code)
{
    switch (code) {
    case ErrorCode::fileNotFound:
    case ErrorCode::notAModel:
    case ErrorCode::modelTruncated:
    case ErrorCode::modelInvalid:
    case ErrorCode::unknownFormat:
    case ErrorCode::datasetInvalid:
    case ErrorCode::datasetEmpty:
    case ErrorCode::projectInvalid: return Help::openFile;
    case ErrorCode::noStatistics:
    case ErrorCode::statisticsStale: return Help::goToData;
    case ErrorCode::planInvalid:
    case ErrorCode::notExportable: return Help::goToPrecision;
    default: return Help::copyText;
    }
}

UserError fromEngine(const QString& what, const Error& error)
{
    UserError result;
    result.what = what;
    result.stopped = error.code() == ErrorCode::stopped;
    result.help = helpFor(error.code());
    for (const ErrorText& row : errorTexts()) {
        if (row.code != error.code())
            continue;
        result.why = translated(row.message, error.values());
        result.hint = translated(row.hint, error.values());
    }
    if (!error.where().empty())
        result.why = QString::fromStdString(error.where()) + QStringLiteral(": ") + result.why;
    return result;
}

}

UserError userError(const QString& what, std::exception_ptr failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        return fromEngine(what, error);
    } catch (const std::bad_alloc&) {
        return fromEngine(what, Error(ErrorCode::outOfMemory, {}, {{"what", what.toStdString()}}));
    } catch (const std::exception& error) {
        return fromEngine(what, Error(ErrorCode::internal, {}, {{"what", error.what()}}));
    }
}

}
