// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace lathe {
namespace {

constexpr int mostFiles = 12;
const QString key = QStringLiteral("recentFiles");

}

QStringList recentFiles()
{
    return QSettings().value(key).toStringList();
}

void addRecentFile(const QString& path)
{
    const QString whole = QFileInfo(path).absoluteFilePath();
    QStringList files = recentFiles();
    files.removeAll(whole);
    files.prepend(whole);
    while (files.size() > mostFiles)
        files.removeLast();
    QSettings().setValue(key, files);
}

void clearRecentFiles()
{
    QSettings().remove(key);
}

}
