// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace lathe {

/// Files that were opened, newest first, kept in the user's settings.
QStringList recentFiles();
void addRecentFile(const QString& path);
void clearRecentFiles();

}
