// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace lathe {

/// `text` as one word of a POSIX shell; left as it is where that is safe.
QString shellQuoted(const QString& text);

/// The command line that does what a job of the window does.
QString commandLine(const QStringList& words);

}
